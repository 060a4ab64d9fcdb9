/** `npm run bench [-- NAME …] [-- --json] [-- --rounds N]` */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { runBenchmark } from './benchmark.ts';
import type { Benchmark, BenchmarkResult, SideResult } from './benchmark.ts';
import { webhooks } from './webhooks.ts';

const benchmarks: readonly Benchmark[] = [webhooks];

const { values, positionals } = parseArgs({
  // npm hands a second `--` on.
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '5' } },
  allowPositionals: true,
});

const unknown = positionals.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
const rounds = Number(values.rounds);
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(
    `Known benchmarks: ${benchmarks.map(({ name }) => name).join(', ')}; --rounds is a number from 1 on.`,
  );
  process.exit(1);
}

const results: BenchmarkResult[] = [];
for (const benchmark of benchmarks)
  if (positionals.length === 0 || positionals.includes(benchmark.name))
    results.push(await runBenchmark(benchmark, rounds, (text) => console.error(text)));

if (values.json) {
  const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? 'unknown', node: process.version };
  console.log(JSON.stringify({ machine, results }, null, 2));
} else for (const result of results) print(result);

function print(result: BenchmarkResult): void {
  const row = (name: string, { what, median, windows }: SideResult) => ({
    side: name,
    what,
    [result.unit]: Math.round(median),
    'p50 ms': middle(windows.map((window) => window.latencyP50Ms)),
    'p99 ms': middle(windows.map((window) => window.latencyP99Ms)),
  });
  console.log(`\n${result.name}: ${result.about}`);
  console.table([row('peer', result.peer), row('subject', result.subject)]);
  console.log(
    `ratio ${result.ratio.toFixed(2)}, goal ${result.goal.toFixed(2)}: ${result.met ? 'met' : 'NOT met'}`,
  );
}

function middle(values: readonly (number | undefined)[]): number | string {
  const known = values.filter((value) => value !== undefined).toSorted((left, right) => left - right);
  return known[known.length >> 1] ?? '';
}

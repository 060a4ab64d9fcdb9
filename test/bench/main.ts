/**
 * `npm run bench [-- NAME …] [-- --json] [-- --rounds N] [-- --quick]`: the named benchmarks, or all of them one after
 * another. `-- --list` only says which there are.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { endDeadRuns, endRun, runFolder } from '../infrastructure/folder.ts';
import { runBenchmark } from './benchmark.ts';
import type { Benchmark, BenchmarkResult, SideResult } from './benchmark.ts';
import { catalog } from './catalog.ts';
import { cdc } from './cdc.ts';
import { fulfilment } from './fulfilment.ts';
import { consolePage } from './console.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { orders } from './orders.ts';
import { reconcile } from './reconcile.ts';
import { stock } from './stock.ts';
import type { Report, Study } from './study.ts';
import { webhooks } from './webhooks.ts';

/** Peers and subject in turns, one ratio for each peer. */
const benchmarks: readonly Benchmark[] = [webhooks];
/** The whole line at work, a table of figures. */
const studies: readonly Study[] = [
  latency,
  orders,
  cdc,
  stock,
  catalog,
  fulfilment,
  reconcile,
  consolePage,
  idle,
  memory,
];
const known = [...benchmarks, ...studies];

const { values, positionals } = parseArgs({
  // npm hands a second `--` on.
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
  },
  allowPositionals: true,
});

const isUnknown = positionals.some((name) => !known.some((one) => one.name === name));
const rounds = Number(values.rounds);
if (values.list || positionals.length === 0)
  for (const { name, about } of known) console.error(`${name.padEnd(10)} ${about}`);
if (isUnknown || !Number.isInteger(rounds) || rounds < 1) {
  console.error(
    `Known benchmarks: ${known.map(({ name }) => name).join(', ')}; --rounds is a number from 1 on.`,
  );
  process.exit(1);
}
if (values.list) process.exit(0);

// What is started here is in process groups of its own, so Ctrl-C at the terminal does not reach it.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void endRun(runFolder()).finally(() => process.exit(1)));

const isAsked = ({ name }: { name: string }) => positionals.length === 0 || positionals.includes(name);
const say = (text: string) => console.error(text);
const machine = {
  cpus: cpus().length,
  model: cpus()[0]?.model ?? 'unknown',
  node: process.version,
  loadBefore: loadavg()[0]!.toFixed(1),
};
await endDeadRuns();
const results: BenchmarkResult[] = [];
const reports: Report[] = [];
try {
  for (const benchmark of benchmarks.filter(isAsked))
    results.push(await runBenchmark(benchmark, rounds, say));
  for (const study of studies.filter(isAsked)) {
    const { name, about } = study;
    reports.push({ name, about, ...(await study.run(say, { isQuick: values.quick })) });
  }
} finally {
  await endRun(runFolder());
}

if (values.json) console.log(JSON.stringify({ machine, results, reports }, null, 2));
else {
  results.forEach(print);
  for (const { name, about, rows, notes } of reports) {
    console.log(`\n${name}: ${about}`);
    console.table(rows);
    for (const note of notes) console.log(note);
  }
  console.log(
    `\n${machine.cpus} CPUs, ${machine.model}, Node ${machine.node}, load ${machine.loadBefore} before`,
  );
}

function print(result: BenchmarkResult): void {
  const row = (name: string, { what, median, cpuUs, windows }: SideResult) => ({
    side: name,
    what,
    [result.unit]: Math.round(median),
    'CPU us each': cpuUs === null ? '' : Math.round(cpuUs),
    'p50 ms': middle(windows.map((window) => window.latencyP50Ms)),
    'p99 ms': middle(windows.map((window) => window.latencyP99Ms)),
  });
  console.log(`\n${result.name}: ${result.about}`);
  console.table([...result.peers.map((peer) => row('peer', peer)), row('subject', result.subject)]);
  for (const { what, ratio, cpuRatio, goal, met } of result.peers)
    console.log(
      `ratio ${ratio.toFixed(2)}, goal ${goal.toFixed(2)}: ${met ? 'met' : 'NOT met'}; by processor time ${cpuRatio?.toFixed(2) ?? '-'} (${what})`,
    );
}

function middle(values: readonly (number | undefined)[]): number | string {
  const known = values.filter((value) => value !== undefined).toSorted((left, right) => left - right);
  return known[known.length >> 1] ?? '';
}

/**
 * `npm test [-- PATTERN …]`: starts a broker, a registry and a database once, runs the tests under test/ and those
 * beside the files, ends everything again, and says `N passed, N failed, N skipped`.
 */
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { projectFolder, stateFolder } from '../deploy/local/install/places.mjs';
import { progress } from '../deploy/local/install/progress.mjs';
import { stateFolderAt } from '../deploy/local/state.ts';
import { applyTopics } from './infrastructure/apply-topics.ts';
import { fillCompileCache } from './infrastructure/compile-cache.ts';
import { endDeadRuns, endRun, runFolder } from './infrastructure/folder.ts';
import { runJest, type JestRun } from './infrastructure/jest.ts';
import { endLeftBehind, runMark } from './infrastructure/left-behind.ts';
import { startKafka, startPostgres, startRegistry } from './infrastructure/main.ts';
import { filesThatFailed, slowest, sum, worthASecondLook, type Counts } from './infrastructure/results.ts';

/** Of the whole suite. Those that lead belong first in sequencer.ts. */
const slowestShown = 25;

async function main(args: string[], signal: AbortSignal): Promise<Counts> {
  await endDeadRuns();
  const folder = runFolder();
  process.env.CARTAGE_TEST_FOLDER = folder;
  const mark = randomUUID();
  // What tests leave there goes with the run. Not in its folder: a browser keeps a socket there, whose path must be short.
  const temporary = mkdtempSync(join(tmpdir(), 'cartage-test-'));
  chmodSync(temporary, 0o1777);
  const removals: (() => Promise<void>)[] = [];
  let counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const { compileCache } = stateFolderAt(stateFolder);
  try {
    // One file or two start too few processes for it.
    const filled = args.length === 0 ? fillCompileCache(compileCache) : undefined;
    const addresses = await startShared((remove) => removals.push(remove));
    await filled;
    if (!signal.aborted)
      counts = await runTests({
        roots: ['test', 'services', 'schemas', 'deploy'],
        args,
        env: {
          ...process.env,
          ...addresses,
          // Under `test`, which jest would set, kafkajs takes other retry defaults than in production.
          NODE_ENV: 'production',
          TMPDIR: temporary,
          // Processes are started some hundred times, and each start costs half with what an earlier one compiled.
          NODE_COMPILE_CACHE: compileCache,
          [runMark]: mark,
        },
        resultFile: join(folder, 'results.json'),
        signal,
      });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    counts.failed += 1;
  }
  for (const left of await endLeftBehind(mark)) console.error(`Left behind by a test, ended now: ${left}`);
  await Promise.allSettled(removals.map((remove) => remove()));
  await endRun(folder);
  rmSync(temporary, { recursive: true, force: true });
  return counts;
}

/**
 * What was asked for by name runs once. Of the whole suite, a few files that failed beside others run once more, alone:
 * this tells what is broken from what cannot bear a busy machine, and both are said.
 */
async function runTests(run: JestRun): Promise<Counts> {
  const results = await runJest(run);
  if (run.args.length === 0) {
    const shown = slowest(run.resultFile, slowestShown).map(
      ([file, seconds]) => `${seconds} s ${relative(projectFolder, file)}`,
    );
    console.log(`\nSlowest: ${shown.join(', ')}`);
  }
  const again = run.args.length > 0 || run.signal.aborted ? [] : worthASecondLook(results);
  if (again.length === 0) return sum(results);
  const shown = again.map((file) => relative(projectFolder, file)).join(', ');
  console.log(`\nOnce more, alone: ${shown}`);
  const resultFile = `${run.resultFile}.again`;
  const alone = await runJest({ ...run, args: ['--runTestsByPath', ...again], resultFile, workers: 1 });
  for (const [file, counts] of alone) results.set(file, counts);
  for (const file of again)
    if (!filesThatFailed(alone).includes(file))
      console.log(`UNSTEADY, failed beside others and passed alone: ${relative(projectFolder, file)}`);
  return sum(results);
}

/** All three side by side; what has started is handed to `started` at once, so that it ends whatever happens to the rest. */
async function startShared(started: (remove: () => Promise<void>) => void): Promise<NodeJS.ProcessEnv> {
  const shown = progress('Kafka, registry, PostgreSQL');
  const keep = async <T extends { remove(): Promise<void> }>(starting: Promise<T>) => {
    const part = await starting;
    started(() => part.remove());
    return part;
  };
  const starting = [keep(startKafka()), keep(startRegistry()), keep(startPostgres())] as const;
  await Promise.allSettled(starting);
  try {
    const [kafka, registry, postgres] = await Promise.all(starting);
    await applyTopics(kafka.bootstrap, registry.url);
    shown.done('ready');
    return {
      CARTAGE_TEST_KAFKA: kafka.bootstrap,
      CARTAGE_TEST_REGISTRY_URL: registry.url,
      CARTAGE_TEST_DATABASE_URL: postgres.url,
    };
  } catch (error) {
    shown.failed();
    throw error;
  }
}

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interrupted.abort());

const { passed, failed, skipped } = await main(process.argv.slice(2), interrupted.signal);
if (interrupted.signal.aborted) console.log('Interrupted.');
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 || interrupted.signal.aborted ? 1 : 0);

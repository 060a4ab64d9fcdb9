import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder, stateFolder } from '../../deploy/local/install/places.mjs';
import { readResults, type Results } from './results.ts';

export interface JestRun {
  /** Folders of the project in which to look for tests. */
  roots: readonly string[];
  /** What the user typed after `npm test --`. */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  resultFile: string;
  /**
   * Test files at once. By default three, one more than the two processors of CI: the longest tests wait a third of
   * their time, for sessions to end and brokers to come back.
   */
  workers?: number;
  /** Ends jest and its workers. */
  signal: AbortSignal;
}

const program = join(projectFolder, 'node_modules/jest/bin/jest.js');

/** How long jest may stay after it has written its results. */
const lingerMs = 5000;

/** Runs jest to its end and counts. */
export async function runJest(run: JestRun): Promise<Results> {
  const jest = spawn(process.execPath, [...nodeFlags, program, ...jestFlags(run), ...run.args], {
    cwd: projectFolder,
    env: run.env,
    stdio: ['ignore', 'inherit', 'inherit'],
    // A group of its own, so that it can be ended with its workers, and Ctrl-C reaches the runner alone.
    detached: true,
  });
  const kill = () => endGroup(jest);
  run.signal.addEventListener('abort', kill);
  const stopWatching = endWhenItLingers(jest, run.resultFile);
  const code = await new Promise<number | null>((resolve) => {
    jest.once('exit', resolve);
    jest.once('error', () => resolve(null));
  });
  stopWatching();
  run.signal.removeEventListener('abort', kill);
  return readResults(run.resultFile, code);
}

const nodeFlags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

function jestFlags({ roots, resultFile, workers = 3 }: JestRun): string[] {
  const found = roots.map((root) => `--roots=${join(projectFolder, root)}`);
  return [
    ...found,
    '--json',
    `--outputFile=${resultFile}`,
    `--maxWorkers=${workers}`,
    `--testSequencer=${join(import.meta.dirname, 'sequencer.ts')}`,
    '--passWithNoTests',
    '--no-watchman',
    // Not among what is temporary: what it knows of the files is for the next run.
    `--cacheDirectory=${join(stateFolder, 'jest')}`,
  ];
}

/**
 * Jest waits for ever for a timer or socket that a test left open, when it runs the files itself (workers it
 * ends by itself). All results are in by then: say so, end it, and let the results count.
 */
function endWhenItLingers(jest: ChildProcess, resultFile: string): () => void {
  let finishedAt: number | undefined;
  const timer = setInterval(() => {
    if (existsSync(resultFile)) finishedAt ??= performance.now();
    if (finishedAt === undefined || performance.now() - finishedAt < lingerMs) return;
    console.error('\nA test file has left something open (a timer, a socket, a process); jest was ended.');
    const files = [...readResults(resultFile, null).keys()].map((name) => `    ${name}`);
    console.error(
      `It is one of these:\n${files.join('\n')}\nTo find it: npm test -- FILE --detectOpenHandles\n`,
    );
    endGroup(jest);
  }, 500);
  return () => clearInterval(timer);
}

function endGroup(jest: ChildProcess): void {
  if (jest.pid === undefined) return;
  try {
    process.kill(-jest.pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

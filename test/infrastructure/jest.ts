import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../deploy/local/install/places.mjs';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export interface JestRun {
  /** Folders of the project in which to look for tests. */
  roots: readonly string[];
  /** What the user typed after `npm test --`. */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  resultFile: string;
  /** Ends jest and its workers. */
  signal: AbortSignal;
}

const program = join(projectFolder, 'node_modules/jest/bin/jest.js');

/** How long jest may stay after it has written its results. */
const lingerMs = 5000;

/** Runs jest to its end and counts. A file that could not be run at all counts as one failed test. */
export async function runJest(run: JestRun): Promise<Counts> {
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
  return countResults(run.resultFile, code);
}

const nodeFlags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

function jestFlags({ roots, resultFile }: JestRun): string[] {
  const found = roots.map((root) => `--roots=${join(projectFolder, root)}`);
  return [
    ...found,
    '--json',
    `--outputFile=${resultFile}`,
    // One more than the two processors of CI: the longest tests wait a third of their time, for sessions to end and
    // brokers to come back.
    '--maxWorkers=3',
    `--testSequencer=${join(import.meta.dirname, 'sequencer.ts')}`,
    '--passWithNoTests',
    '--no-watchman',
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
    console.error(
      `It is one of these:\n${filesOf(resultFile).join('\n')}\nTo find it: npm test -- FILE --detectOpenHandles\n`,
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

interface JestResults {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numRuntimeErrorTestSuites: number;
  success: boolean;
  testResults: { name: string }[];
}

const readResults = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as JestResults;

const filesOf = (file: string) => readResults(file).testResults.map(({ name }) => `    ${name}`);

function countResults(file: string, code: number | null): Counts {
  if (!existsSync(file)) {
    console.error(`jest ended with exit code ${code} and without results.`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const results = readResults(file);
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  return {
    passed: results.numPassedTests,
    // Whatever else makes jest unhappy (an obsolete snapshot under --ci) must not pass unseen.
    failed: failed === 0 && !results.success ? 1 : failed,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

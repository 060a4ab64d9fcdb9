import { existsSync, readFileSync } from 'node:fs';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What jest writes with `--json`, as far as it is read here. */
interface JestResults {
  success: boolean;
  testResults: {
    name: string;
    status: 'passed' | 'failed';
    /** Since 1970. */
    startTime: number;
    endTime: number;
    assertionResults: { status: string }[];
  }[];
}

/** Counts by test file, whose names are absolute paths. */
export type Results = Map<string, Counts>;

/** Where a failure is counted that belongs to no file. */
const noFile = 'jest itself';

/** A file that could not be run at all counts as one failed test, and so does a jest that left no results. */
export function readResults(file: string, exitCode: number | null): Results {
  if (!existsSync(file)) {
    console.error(`jest ended with exit code ${exitCode} and without results.`);
    return new Map([[noFile, { passed: 0, failed: 1, skipped: 0 }]]);
  }
  const { success, testResults } = JSON.parse(readFileSync(file, 'utf8')) as JestResults;
  const results: Results = new Map(testResults.map((result) => [result.name, countsOf(result)]));
  // Whatever else makes jest unhappy (an obsolete snapshot under --ci) must not pass unseen.
  if (!success && filesThatFailed(results).length === 0)
    results.set(noFile, { passed: 0, failed: 1, skipped: 0 });
  return results;
}

function countsOf({ status, assertionResults }: JestResults['testResults'][number]): Counts {
  const count = (...kinds: string[]) =>
    assertionResults.filter((result) => kinds.includes(result.status)).length;
  const failed = count('failed');
  return {
    passed: count('passed'),
    failed: status === 'failed' ? Math.max(1, failed) : failed,
    skipped: count('pending', 'todo', 'skipped', 'disabled'),
  };
}

/** The files that took longest, the longest first, with their seconds. */
export function slowest(file: string, count: number): [name: string, seconds: number][] {
  if (!existsSync(file)) return [];
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as JestResults;
  const took = testResults.map(({ name, startTime, endTime }): [string, number] => [
    name,
    Math.round((endTime - startTime) / 1000),
  ]);
  return took.toSorted(([, a], [, b]) => b - a).slice(0, count);
}

export const filesThatFailed = (results: Results): string[] =>
  [...results].flatMap(([name, { failed }]) => (failed > 0 ? [name] : []));

export function sum(results: Results): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of results.values()) {
    counts.passed += passed;
    counts.failed += failed;
    counts.skipped += skipped;
  }
  return counts;
}

/** More files than these fail for a reason, and a second look would only make the news late. */
const mostFiles = 3;

/**
 * The files of a whole run that deserve a second look, alone on the machine: a few that failed beside others. What
 * fails again is broken. What passes then is unsteady: named at the end of the run, and to be mended as a defect.
 */
export function worthASecondLook(results: Results): string[] {
  const names = filesThatFailed(results);
  return names.length > mostFiles || names.includes(noFile) ? [] : names;
}

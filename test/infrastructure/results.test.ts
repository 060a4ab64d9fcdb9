import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { readResults, slowest, sum, worthASecondLook, type Results } from './results.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartage-results-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, status: string, ...statuses: string[]) => ({
  name,
  status,
  assertionResults: statuses.map((one) => ({ status: one })),
});

function read(success: boolean, ...testResults: unknown[]): Results {
  const path = join(folder, 'results.json');
  writeFileSync(path, JSON.stringify({ success, testResults }));
  return readResults(path, 1);
}

describe('the results of a run', () => {
  it('are counted by file', () => {
    const results = read(
      false,
      file('a', 'passed', 'passed', 'pending', 'todo'),
      file('b', 'failed', 'failed', 'passed'),
    );
    expect(sum(results)).toEqual({ passed: 2, failed: 1, skipped: 2 });
    expect(worthASecondLook(results)).toEqual(['b']);
  });

  it('count a file that could not be run as one failure', () => {
    expect(sum(read(false, file('a', 'failed')))).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('do not hide what else made jest unhappy, and nothing is looked at again for it', () => {
    const results = read(false, file('a', 'passed', 'passed'));
    expect(sum(results)).toEqual({ passed: 1, failed: 1, skipped: 0 });
    expect(worthASecondLook(results)).toEqual([]);
  });

  it('that are not there are a failure', () => {
    const said = jest.spyOn(console, 'error').mockImplementation(() => {});
    expect(sum(readResults(join(folder, 'none'), null)).failed).toBe(1);
    expect(said).toHaveBeenCalledTimes(1);
    said.mockRestore();
  });

  it('of many files that failed are final', () => {
    const failed = ['a', 'b', 'c', 'd'].map((name) => file(name, 'failed', 'failed'));
    expect(worthASecondLook(read(false, ...failed.slice(1)))).toHaveLength(3);
    expect(worthASecondLook(read(false, ...failed))).toEqual([]);
  });

  it('tell which files took longest', () => {
    const took = (name: string, ms: number) => ({ ...file(name, 'passed'), startTime: 7, endTime: 7 + ms });
    read(true, took('a', 1_400), took('b', 90_000), took('c', 2_600));
    expect(slowest(join(folder, 'results.json'), 2)).toEqual([
      ['b', 90],
      ['c', 3],
    ]);
  });
});

import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from '../../deploy/local/install/places.mjs';
import { removePostgres } from '../../deploy/local/postgres.ts';
import { endRecordedProcesses, isRecordedAlive, recordProcess } from '../../deploy/local/records.ts';

const allRuns = join(stateFolder, 'test');

/**
 * The folder of this run, with `owner` (who runs) and `processes` (what was started) in it. The runner hands
 * its own to the test files; one that is run by plain jest has its own.
 */
export function runFolder(): string {
  const folder = process.env.CARTAGE_TEST_FOLDER ?? join(allRuns, String(process.pid));
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    recordProcess(join(folder, 'owner'), 'test run', process.pid);
  }
  return folder;
}

/** Ends the processes of a run, however it ended, and removes its folder. Says what still ran. */
export async function endRun(folder: string): Promise<string[]> {
  const ended = await endRecordedProcesses(join(folder, 'processes'));
  for (const name of readdirSync(folder)) removePostgres(join(folder, name));
  rmSync(folder, { recursive: true, force: true });
  return ended;
}

/** Runs that were killed could not clean up after themselves. */
export async function endDeadRuns(): Promise<void> {
  if (!existsSync(allRuns)) return;
  for (const name of readdirSync(allRuns)) {
    const folder = join(allRuns, name);
    if (!isRecordedAlive(join(folder, 'owner'))) await endRun(folder);
  }
}

import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRecordedAlive, recordProcess } from './records.ts';

/** Somebody else works on this folder. */
export class AlreadyRunning extends Error {
  constructor(folder: string, pid: number, since: Date) {
    super(
      `Cartage is already running on ${folder} (process ${pid}, since ${since.toLocaleString()}).\n` +
        `Two of them would write the same data. End that one (kill ${pid}), or start this one on a folder of its own:\n` +
        '    npm start -- --state FOLDER',
    );
    this.name = 'AlreadyRunning';
  }
}

/**
 * Makes this process the only one on the folder. The file names a process by id and start time, so that a lock
 * left by one that was killed is known as such, even when its id is in use again.
 * @returns what gives the folder free.
 * @throws AlreadyRunning
 */
export function lockFolder(file: string): () => void {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) {
    if (isRecordedAlive(file)) throw alreadyRunning(file);
    rmSync(file, { force: true });
  }
  recordProcess(file, 'supervisor', process.pid);
  // Two that start in the same instant both write a line; the first line has it.
  if (ownerOf(file) !== process.pid) throw alreadyRunning(file);
  return () => rmSync(file, { force: true });
}

function alreadyRunning(file: string): AlreadyRunning {
  return new AlreadyRunning(dirname(file), ownerOf(file), statSync(file).mtime);
}

function ownerOf(file: string): number {
  const [first = ''] = readFileSync(file, 'utf8').split('\n');
  return (JSON.parse(first) as { pid: number }).pid;
}

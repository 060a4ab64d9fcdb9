import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { freePort } from '../../deploy/local/ports.ts';
import { recordProcess } from '../../deploy/local/records.ts';
import { runFolder } from '../infrastructure/folder.ts';

export interface Ending {
  name: string;
  code: number | null;
  signal: NodeJS.Signals | null;
  /** From SIGTERM to the end. */
  tookMs: number;
  /** Its last lines, for whoever must find out why. */
  said: string[];
}

/** Says on a pipe that a handler for SIGTERM is about to be added, which is the first thing that a main.ts does. */
const watchFirstLine = `data:text/javascript,import { writeSync } from 'node:fs';
process.on('newListener', (name) => name === 'SIGTERM' && writeSync(3, '.'));`;

/**
 * One life of a process: started, told to end `afterMs` after the first line of its main.ts, awaited. (Before that
 * line it is Node that runs: then the system ends it at once.)
 */
export async function oneLife(
  name: string,
  environment: Record<string, string>,
  afterMs: number,
): Promise<Ending> {
  const main = join(projectFolder, 'services', name, 'main.ts');
  const child = spawn(process.execPath, ['--import', watchFirstLine, main], {
    env: { ...process.env, ...environment, HTTP_PORT: String(await freePort()) },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  recordProcess(join(runFolder(), 'processes'), name, child.pid!);
  let said = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text) => (said += String(text)));
  const exited = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  await Promise.race([once(child.stdio[3]!, 'data'), exited]);
  await Promise.race([sleep(afterMs), exited]);
  const toldAt = performance.now();
  child.kill('SIGTERM');
  const [code, signal] = await exited;
  return { name, code, signal, tookMs: performance.now() - toldAt, said: said.trim().split('\n').slice(-8) };
}

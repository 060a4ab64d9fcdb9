import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AlreadyRunning, lockFolder } from './lock.ts';
import { endRecordedProcesses, recordProcess, startTimeOf } from './records.ts';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

async function sleeper(text = 'setInterval(() => {}, 1000)'): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['-e', `console.log(1); ${text}`], { detached: true });
  started.push(child);
  await once(child.stdout, 'data');
  return child as unknown as ChildProcess & { pid: number };
}

const newFile = (name: string) => join(mkdtempSync(join(tmpdir(), 'cartage-records-')), name);

describe('what a killed supervisor left behind', () => {
  it('is ended by the next start, also what does not listen', async () => {
    const [polite, deaf] = [
      await sleeper(),
      await sleeper(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`),
    ];
    const file = newFile('processes');
    recordProcess(file, 'polite', polite.pid);
    recordProcess(file, 'deaf', deaf.pid);
    expect(await endRecordedProcesses(file, 300)).toEqual(['deaf', 'polite']);
    expect(startTimeOf(polite.pid)).toBeUndefined();
    expect(startTimeOf(deaf.pid)).toBeUndefined();
    expect(existsSync(file)).toBe(false);
  });

  it('is not another process that was given the same id', async () => {
    const stranger = await sleeper();
    const file = newFile('processes');
    writeFileSync(
      file,
      `${JSON.stringify({ name: 'Kafka', pid: stranger.pid, startedAt: 'in another life' })}\n`,
    );
    expect(await endRecordedProcesses(file)).toEqual([]);
    expect(startTimeOf(stranger.pid)).toBeDefined();
  });

  it('is found although the last record was cut', async () => {
    const child = await sleeper();
    const file = newFile('processes');
    recordProcess(file, 'whole', child.pid);
    appendFileSync(file, '{"name":"cut","pi');
    expect(await endRecordedProcesses(file)).toEqual(['whole']);
  });
});

describe('the lock of a state folder', () => {
  it('refuses a second instance with the reason', async () => {
    const other = await sleeper();
    const file = newFile('lock');
    recordProcess(file, 'supervisor', other.pid);
    const locking = () => lockFolder(file);
    expect(locking).toThrow(AlreadyRunning);
    expect(locking).toThrow(`process ${other.pid}`);
  });

  it('is taken over from one that was killed, and given back', async () => {
    const other = await sleeper();
    const file = newFile('lock');
    recordProcess(file, 'supervisor', other.pid);
    other.kill('SIGKILL');
    await once(other, 'exit');
    const unlock = lockFolder(file);
    expect(() => lockFolder(file)).toThrow(AlreadyRunning);
    unlock();
    expect(existsSync(file)).toBe(false);
  });
});

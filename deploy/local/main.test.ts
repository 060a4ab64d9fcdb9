/**
 * The real supervisor with one real part, PostgreSQL (the quickest). Asserted: what a person sees of starting
 * twice, of Ctrl-C, and of what a killed supervisor left. All parts together are driven by the journeys.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from '@jest/globals';
import { endRecordedProcesses, startTimeOf } from './records.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartage-start-'));
chmodSync(folder, 0o755); // PostgreSQL runs as another user when we are root

interface Event {
  event: string;
  part?: string;
  text?: string;
}

const supervisors: ChildProcess[] = [];

function start(...args: string[]) {
  const main = join(import.meta.dirname, 'main.ts');
  const child = spawn(process.execPath, [main, '--json', '--only', 'postgres', '--state', folder, ...args]);
  supervisors.push(child);
  const events: Event[] = [];
  let errors = '';
  createInterface({ input: child.stdout }).on('line', (line) => events.push(JSON.parse(line) as Event));
  child.stderr.on('data', (text) => {
    errors += String(text);
  });
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return { child, events, exited, errors: () => errors };
}

const says = (events: Event[]) => events.map(({ text }) => text).join('\n');

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

const isReady = (events: Event[]) => () =>
  events.some(({ event, part }) => event === 'ready' && part === 'postgres');

function recordedPid(): number {
  const [first = ''] = readFileSync(join(folder, 'processes'), 'utf8').split('\n');
  return (JSON.parse(first) as { pid: number }).pid;
}

afterAll(async () => {
  for (const child of supervisors) child.kill('SIGKILL');
  await endRecordedProcesses(join(folder, 'processes'));
  rmSync(folder, { recursive: true, force: true });
});

describe('npm start', () => {
  it('refuses a second instance, and the next start ends what a killed one left behind', async () => {
    const first = start();
    await until(isReady(first.events));
    const second = start();
    expect(await second.exited).toBe(1);
    expect(second.errors()).toContain(`already running on ${folder} (process ${first.child.pid}`);

    const left = recordedPid();
    first.child.kill('SIGKILL');
    await first.exited;
    expect(startTimeOf(left)).toBeDefined();

    const third = start();
    await until(isReady(third.events));
    expect(says(third.events)).toContain('Ended what an earlier start left behind: postgres.');
    expect(says(third.events)).toContain(`resumed from ${folder}`);
    expect(startTimeOf(left)).toBeUndefined();

    const running = recordedPid();
    third.child.kill('SIGTERM');
    expect(await third.exited).toBe(0);
    expect(startTimeOf(running)).toBeUndefined();
  });

  it('begins anew with --fresh', async () => {
    const { child, events, exited } = start('--fresh');
    await until(isReady(events));
    expect(says(events)).toContain(`set up in ${folder}`);
    child.kill('SIGINT');
    expect(await exited).toBe(0);
  });

  it('names the parts there are when it is asked for one that is not', async () => {
    const { errors, exited } = start('--only', 'kafak');
    expect(await exited).toBe(1);
    expect(errors()).toMatch(/There is no part "kafak"\. There are: kafka, postgres, /);
  });

  it('says where the options stand when it is given one that there is not', async () => {
    const { errors, exited } = start('--frehs');
    expect(await exited).toBe(1);
    expect(errors()).toMatch(/Unknown option '--frehs'[^]*npm start -- --help/);
  });

  it('lists every option that it takes, and says where a sandbox for one side belongs', async () => {
    const source = readFileSync(join(import.meta.dirname, 'main.ts'), 'utf8');
    const options = [...source.matchAll(/^ {6}'?([a-z-]+)'?: \{ type: '/gm)].map(([, name]) => name);
    expect(options.length).toBeGreaterThan(7);
    const { events, errors, exited } = start('--sandbox-shop');
    expect(await exited).toBe(1);
    expect(errors()).toContain('--sandbox-shop and --sandbox-erp go with --config FILE');
    expect(events).toEqual([]);
    const help = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--help']);
    let text = '';
    help.stdout.on('data', (piece) => (text += String(piece)));
    await once(help, 'close');
    expect(options.filter((name) => !text.includes(`--${name} `))).toEqual([]);
  });
});

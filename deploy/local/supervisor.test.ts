/** The parts are doubles with real child processes only where one has to die; the order of events is asserted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Part, RunningPart } from './part.ts';
import { startProcess, type RunningProcess } from './process.ts';
import type { Report } from './report.ts';
import { Supervisor } from './supervisor.ts';

function watcher() {
  const events: string[] = [];
  const report: Report = {
    starting: ({ name }) => events.push(`starting ${name}`),
    ready: ({ name }) => events.push(`ready ${name}`),
    died: ({ name }, _exit, lastLines) => events.push(`died ${name}: ${lastLines.join()}`),
    restarting: ({ name }, delayMs) => events.push(`restarting ${name} in ${delayMs}`),
    failed: ({ name }) => events.push(`failed ${name}`),
    stopped: ({ name }) => events.push(`stopped ${name}`),
    say: () => undefined,
  };
  return { events, report };
}

function part(name: string, needs: string[], start: () => Promise<RunningPart>): Part {
  return { name, title: name, needs, start };
}

const takes = (durationMs: number) => async () => {
  await sleep(durationMs);
  return { stop: () => sleep(durationMs) };
};

function supervise(parts: Part[], restartDelaysMs = [1, 2]) {
  const { events, report } = watcher();
  const supervisor = new Supervisor({ parts, report, abort: new AbortController(), restartDelaysMs });
  return { supervisor, events };
}

/** A part of one process that says its name and lives until it is killed. */
function mortal(name: string, needs: string[] = []) {
  const runs: RunningProcess[] = [];
  const start = async () => {
    const args = ['-e', `console.log('{"name":"${name}"}'); setInterval(() => {}, 1000)`];
    const ready = ({ json }: { json: unknown }) => json !== undefined;
    const process_ = await startProcess({ name, command: process.execPath, args, ready });
    runs.push(process_);
    return { process: process_, stop: async () => void (await process_.stop()) };
  };
  return { runs, part: part(name, needs, start) };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

describe('Supervisor', () => {
  it('starts a part when what it needs is ready, and stops it before', async () => {
    const after = (event: string) => until(() => events.includes(event));
    // Slower than the others, by what is said of them and not by the clock.
    const slow = async () => {
      await after('ready erp');
      return { stop: () => after('stopped database') };
    };
    const { supervisor, events } = supervise([
      part('broker', [], slow),
      part('database', [], takes(10)),
      part('erp', ['database'], takes(5)),
      part('exporter', ['broker', 'erp'], takes(1)),
    ]);
    await supervisor.start();
    expect(events).toEqual([
      'starting broker',
      'starting database',
      'ready database',
      'starting erp',
      'ready erp',
      'ready broker',
      'starting exporter',
      'ready exporter',
    ]);
    events.length = 0;
    await supervisor.stop();
    expect(events).toEqual(['stopped exporter', 'stopped erp', 'stopped database', 'stopped broker']);
  });

  it('stops what runs when a part does not start, and says why', async () => {
    const broken = part('registry', ['broker'], () => Promise.reject(new Error('registry did not start')));
    const never = part('relay', ['registry'], takes(1));
    const { supervisor, events } = supervise([part('broker', [], takes(1)), broken, never]);
    await expect(supervisor.start()).rejects.toThrow('registry did not start');
    expect(events).toEqual(['starting broker', 'ready broker', 'starting registry', 'stopped broker']);
  });

  it('starts a part that died again, with its last words', async () => {
    const relay = mortal('relay');
    const { supervisor, events } = supervise([relay.part]);
    await supervisor.start();
    await relay.runs[0]?.kill();
    await until(() => relay.runs.length === 2);
    await until(() => events.includes('ready relay', 2));
    expect(events.slice(2)).toEqual([
      'died relay: {"name":"relay"}',
      'restarting relay in 1',
      'starting relay',
      'ready relay',
    ]);
    await supervisor.stop();
    expect(relay.runs[1]?.hasExited).toBe(true);
  });

  it('goes on trying with growing waits when it does not come up again', async () => {
    const relay = mortal('relay');
    let starts = 0;
    const flaky: Part = {
      ...relay.part,
      start: () => ((starts += 1) > 1 && starts < 5 ? Promise.reject(new Error('no')) : relay.part.start()),
    };
    const { supervisor, events } = supervise([flaky]);
    await supervisor.start();
    await relay.runs[0]?.kill();
    await until(() => relay.runs.length === 2);
    const waits = events.filter((event) => event.startsWith('restarting'));
    expect(waits).toEqual([1, 2, 2, 2].map((delayMs) => `restarting relay in ${delayMs}`));
    await supervisor.stop();
  });

  it('gives up when an essential part dies again and again', async () => {
    const broker = mortal('broker');
    const { supervisor } = supervise([{ ...broker.part, restartsMax: 1 }]);
    await supervisor.start();
    await broker.runs[0]?.kill();
    await until(() => broker.runs.length === 2);
    await broker.runs[1]?.kill();
    expect((await supervisor.failed).message).toBe('broker died 2 times in a row; nothing works without it.');
    await supervisor.stop();
  });

  it('stops in the middle of a start', async () => {
    const late = part('late', ['slow'], takes(1));
    const { supervisor, events } = supervise([part('slow', [], takes(50)), late]);
    const starting = supervisor.start();
    const refused = expect(starting).rejects.toThrow('stopped');
    await until(() => events.includes('starting slow'));
    await supervisor.stop();
    await refused;
    expect(events).toEqual(['starting slow', 'ready slow', 'stopped slow']);
  });
});

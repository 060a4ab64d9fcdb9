/** Real child processes; asserted is what a person is told and that nothing is left. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startProcess, type ProcessOptions } from './process.ts';
import { startTimeOf } from './records.ts';
import { StartFailure } from './start-failure.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartage-process-'));

/** A Node program given as text. */
function program(text: string, more: Partial<ProcessOptions> = {}): ProcessOptions {
  return { name: 'Sample', command: process.execPath, args: ['-e', text], ...more };
}

async function failureOf(options: ProcessOptions): Promise<StartFailure> {
  const error: unknown = await startProcess(options).catch((thrown: unknown) => thrown);
  if (error instanceof StartFailure) return error;
  throw new Error(`expected a StartFailure, not ${String(error)}`);
}

const forever = 'setInterval(() => {}, 1000);';

describe('startProcess', () => {
  it('is ready when the condition holds, and keeps and writes what was said', async () => {
    const logFile = join(folder, 'sample.log');
    const running = await startProcess(
      program(`console.log('warming up'); console.log('{"url":"http://here"}'); ${forever}`, {
        ready: ({ json }) => json?.url === 'http://here',
        logFile,
      }),
    );
    expect(running.lastLines()).toEqual(['warming up', '{"url":"http://here"}']);
    expect(await running.stop()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(readFileSync(logFile, 'utf8')).toBe('warming up\n{"url":"http://here"}\n');
  });

  it('says which part did not start, its last lines, and what to do', async () => {
    const failure = await failureOf(
      program(`console.error('port 9092 is in use'); process.exit(3)`, {
        ready: () => false,
        help: 'Free the port.',
      }),
    );
    expect(failure.message).toBe(
      'Sample did not start: it ended with exit code 3.\nIt said last:\n    port 9092 is in use\nFree the port.',
    );
  });

  it('ends a part that does not become ready in time', async () => {
    let pid = 0;
    const onSpawn = (id: number) => {
      pid = id;
    };
    const failure = await failureOf(program(forever, { ready: () => false, readyWithinMs: 200, onSpawn }));
    expect(failure.message).toMatch(/^Sample did not start: it was not ready after 0 s\.\nIt said nothing\./);
    expect(startTimeOf(pid)).toBeUndefined();
  });

  it('says so when there is no such program', async () => {
    const failure = await failureOf({ name: 'Sample', command: '/no/such/program', args: [] });
    expect(failure.message).toContain('ENOENT');
  });

  it('kills what ignores the request to stop, and its children', async () => {
    const text = `const child = require('node:child_process').spawn(process.execPath, ['-e', '${forever}']);
      process.on('SIGTERM', () => {}); console.log(JSON.stringify({ child: child.pid })); ${forever}`;
    const running = await startProcess(
      program(text, { ready: ({ json }) => json !== undefined, stopWithinMs: 200 }),
    );
    const child = Number(running.json?.child);
    expect(startTimeOf(child)).toBeDefined();
    expect((await running.stop()).signal).toBe('SIGKILL');
    await gone(child);
  });

  it('gives up waiting when told to', async () => {
    const abort = new AbortController();
    const starting = startProcess(program(forever, { ready: () => false, signal: abort.signal }));
    abort.abort(new Error('not wanted any more'));
    await expect(starting).rejects.toThrow('not wanted any more');
  });
});

/** The system takes a moment to bury an orphan. */
async function gone(pid: number): Promise<void> {
  while (startTimeOf(pid) !== undefined) {
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}

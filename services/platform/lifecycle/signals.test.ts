/** `runProcess` in a Node of its own, as main.ts calls it. Asserted: exit codes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';

const signals = join(import.meta.dirname, 'signals.ts');

/** Runs the body of a start, sends a signal for each line that it prints, and resolves to how it ended. */
async function endOf(start: string, drainMs = 9_000): Promise<{ code: number | null; errors: string }> {
  const program = `import { runProcess } from ${JSON.stringify(signals)};
    setInterval(() => {}, 1000);
    runProcess(async (life) => { ${start} }, [], ${drainMs});`;
  // One that would not end gets a second signal.
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { timeout: 60_000 });
  createInterface({ input: child.stdout }).on('line', () => child.kill('SIGTERM'));
  let errors = '';
  child.stderr.on('data', (text) => (errors += String(text)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, errors };
}

const told = `console.log('ready');`;

describe('runProcess', () => {
  it('ends with 0 when all that was opened is stopped, though the start never ends', async () => {
    const start = `life.onStop(() => new Promise((done) => setImmediate(done))); ${told} await new Promise(() => {});`;
    expect(await endOf(start)).toEqual({ code: 0, errors: '' });
  });

  it('ends with 0 when the start gives up because of the signal', async () => {
    const start = `${told} await new Promise((_, give) => life.stopping.addEventListener('abort', () => give(new Error('given up'))));`;
    expect(await endOf(start)).toEqual({ code: 0, errors: '' });
  });

  it('ends with 1 and says why when a start or a stop fails', async () => {
    expect(await endOf(`throw new Error('no broker');`)).toMatchObject({
      code: 1,
      errors: expect.stringContaining('no broker'),
    });
    const stop = `life.onStop(() => { throw new Error('not drained'); }); ${told}`;
    expect(await endOf(stop)).toMatchObject({ code: 1, errors: expect.stringContaining('not drained') });
  });

  it('ends with 1 and says why when what was in flight takes longer than the drain time', async () => {
    const start = `life.onStop(() => new Promise(() => {})); ${told}`;
    const { code, errors } = await endOf(start, 20);
    expect(code).toBe(1);
    expect(errors).toContain('not drained after 20 ms');
  });

  it('ends at once, with 1, at the second signal', async () => {
    const start = `life.onStop(() => { ${told} return new Promise(() => {}); }); ${told}`;
    expect(await endOf(start)).toEqual({ code: 1, errors: '' });
  });

  it('hears a signal while it still loads what it stands on: nothing is started then', async () => {
    const program = `import { runProcess } from ${JSON.stringify(signals)};
      const busy = () => { const until = performance.now() + 100; while (performance.now() < until); };
      runProcess(async () => { process.stdout.write('started'); }, Array(300).fill(busy));
      process.stdout.write('loading');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    let said = '';
    child.stdout.on('data', (text) => {
      said += String(text);
      child.kill('SIGTERM');
    });
    const [code] = (await once(child, 'close')) as [number | null];
    expect({ code, said }).toEqual({ code: 0, said: 'loading' });
  });
});

it.each([
  ['that nobody caught', `throw new Error('a bug');`],
  ['of a promise that nobody waits for', `void Promise.reject(new Error('a bug'));`],
])('a bug %s is told, and ends with 1 a process that has more to do', async (_what, bug) => {
  const program = `import { exitOnBug } from ${JSON.stringify(signals)};
    exitOnBug((error) => console.log('told:', error.message));
    setInterval(() => {}, 1000);
    setImmediate(() => { ${bug} });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { timeout: 60_000 });
  let said = '';
  child.stdout.on('data', (text) => (said += String(text)));
  const [code] = (await once(child, 'close')) as [number | null];
  expect([code, said]).toEqual([1, 'told: a bug\n']);
});

/** `openProcess` in a Node of its own. Double: the bus. Asserted: how the process ends, and what it says before. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';

const module = (path: string) => JSON.stringify(join(import.meta.dirname, path));

/** Says what it is told by a line: that the broker is away, or to end. */
const lifeOfOne = `import { openProcess } from ${module('process.ts')};
    import { Life } from ${module('life.ts')};
    import { Configuration } from ${module('../config/read.ts')};
    import { foreignText } from ${module('../errors.ts')};
    let [reason, reads] = [null, 0];
    const say = (event) => opened.log.info(event);
    const config = {
      instance: 'us',
      kafka: { brokers: [], registry: {}, sessionTimeoutMs: 15000 },
      http: { host: '127.0.0.1', port: 0 },
      telemetry: { logLevel: 'info', otlpUrl: null, foreignText: true },
      policy: {},
    };
    const life = new Life();
    const bus = { close: async () => say('the bus is closed'), unhealthyReason: () => reason };
    const opened = await openProcess('order-relay', new Configuration('', () => config), life, () => bus);
    opened.onStop(async () => { say(opened.checks.readiness().running.why); });
    await opened.listen((_request, response) => response.end('a page'));
    say([opened.context.group, opened.context.sessionTimeoutMs, foreignText('his words')].join());
    process.stdin.on('data', async (told) => {
      if (String(told).includes('away')) { reason = 'no broker'; return say('heard'); }
      await life.stop();
      process.stdin.destroy();
    });`;

it('opens what every process has, shows how it is, and lets all of it go in order', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', lifeOfOne], { timeout: 60_000 });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value as string) as { msg: string; url: string };
  const { msg, url } = await next();
  expect(msg).toBe('started');
  expect((await next()).msg).toBe('cartage.us.order-relay,15000,his words');
  const ready = async () => {
    const answer = await fetch(`${url}/readyz`, { headers: { connection: 'close' } });
    return [answer.status, ((await answer.json()) as { checks: object }).checks];
  };
  expect(await ready()).toEqual([200, { running: { ok: true }, kafka: { ok: true } }]);
  child.stdin.write('away');
  expect((await next()).msg).toBe('heard');
  expect(await ready()).toEqual([503, { running: { ok: true }, kafka: { ok: false, why: 'no broker' } }]);
  expect(await (await fetch(url, { headers: { connection: 'close' } })).text()).toBe('a page');
  const metrics = await (await fetch(`${url}/metrics`, { headers: { connection: 'close' } })).text();
  expect(metrics).toMatch(/cartage_ready\{check="kafka",[^}]*\} 0\n/);
  const closed = once(child, 'close');
  child.stdin.write('end');
  const said: string[] = [];
  for (let line = await lines.next(); !line.done; line = await lines.next())
    said.push((JSON.parse(line.value) as { msg: string }).msg);
  expect(said).toEqual(['stopping', 'the process is ending', 'the bus is closed', 'stopped']);
  // Nothing keeps it alive.
  expect((await closed)[0]).toBe(0);
});

it('ends with 1 and says why when a consumer was given up: nothing but a restart mends that', async () => {
  const program = `import { openProcess } from ${module('process.ts')};
    import { Life } from ${module('life.ts')};
    import { Configuration } from ${module('../config/read.ts')};
    const kafka = { brokers: [], registry: {} };
    const config = { instance: 'us', kafka, http: {}, telemetry: { logLevel: 'info', otlpUrl: null }, policy: {} };
    const connect = ({ onDead }) => {
      setImmediate(onDead, 'the consumer of g was given up');
      return { close: () => Promise.resolve() };
    };
    void openProcess('order-relay', new Configuration('', () => config), new Life(), connect);`;
  // One that goes on living is ended, and has no code.
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { timeout: 60_000 });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(code).toBe(1);
  expect(JSON.parse(said.trim().split('\n').at(-1)!)).toMatchObject({
    level: 'fatal',
    process: 'order-relay',
    msg: 'process failed',
    err: { message: 'the consumer of g was given up' },
  });
});

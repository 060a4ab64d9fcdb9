/** `openProcess` in a Node of its own. Double: the bus. Asserted: how the process ends, and what it says before. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';

const module = (path: string) => JSON.stringify(join(import.meta.dirname, path));

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

/**
 * SIGTERM at a moment drawn by chance, the start included. Real: every process of the house by its own main.ts, the
 * broker, registry and database; sandboxes for shop and ERP. Asserted: it ends with code 0, which says that its drain time was enough.
 * The seed is printed; the machine's own pace still differs from run to run.
 */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { Random } from '../../services/platform/flow/testing/random.ts';
import { processes } from '../../services/platform/processes.ts';
import { openStack } from '../journeys/stack.ts';
import type { Stack } from '../journeys/stack.ts';
import { oneLife } from './one-life.ts';

/**
 * A process itself says by its code that it took longer than its drain time, from when it heard the signal on. This is
 * for one that does not hear it, and twice as long as is promised: here four start at once on whatever else runs.
 */
const limitMs = 20_000;
/** Each draws a moment for every process anew; `CARTAGE_TEST_ROUNDS=20 npm test -- test/endings` searches longer. */
const rounds = Number(process.env.CARTAGE_TEST_ROUNDS ?? 1);
const withinMs = rounds * 300_000;
const seed = randomInt(1_000_000);
const random = new Random(seed);

/** Takes connections and requests, and never answers. */
const silent = createServer((socket) => socket.on('error', () => undefined).resume());
/** Addresses where nobody helps: a refused one, and the silent one. */
let nobody: string[];

beforeAll(async () => {
  process.stdout.write(`endings: seed ${seed}\n`);
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  nobody = ['127.0.0.1:9', `127.0.0.1:${(silent.address() as AddressInfo).port}`];
});
afterAll(() => void silent.close());

/** Some at a time: so many starts at once would only measure the machine. */
async function badEndings(environment: () => Record<string, string>, withinMs: number): Promise<object[]> {
  const waiting = processes.map(({ name }) => name);
  const endings: object[] = [];
  const work = async () => {
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      const afterMs = random.between(0, withinMs);
      const ending = await oneLife(name, environment(), afterMs);
      if (ending.code !== 0 || ending.tookMs > limitMs) endings.push({ afterMs, ...ending });
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  return endings;
}

/** Everything that a process needs is at this address. */
function lonely(address: string): Record<string, string> {
  return {
    CARTAGE_CONFIG: join(projectFolder, 'deploy/config/sandbox.yaml'),
    KAFKA_BROKERS: address,
    REGISTRY_URL: `http://${address}`,
    HTTP_HOST: '127.0.0.1',
    CONSOLE_WITHOUT_LOGIN: 'true',
    WEBHOOK_HOST: '127.0.0.1',
    WEBHOOK_PORT: '0',
    WEBHOOK_SECRET: `whsec_${Buffer.from('the secret of the endings').toString('base64')}`,
    MAGENTO_URL: `http://${address}`,
    MAGENTO_CONSUMER_KEY: 'a',
    MAGENTO_CONSUMER_SECRET: 'b',
    MAGENTO_ACCESS_TOKEN: 'c',
    MAGENTO_ACCESS_TOKEN_SECRET: 'd',
    ERP_DATABASE_URL: `postgres://cartage@${address}/erp`,
  };
}

describe('SIGTERM ends every process within ten seconds', () => {
  it(
    'while what it needs is away, or takes requests and never answers',
    async () => {
      for (let round = 0; round < rounds; round += 1)
        expect(await badEndings(() => lonely(random.pick(nobody)), 8_000)).toEqual([]);
    },
    withinMs,
  );

  describe('while all is there', () => {
    let stack: Stack;

    beforeAll(async () => {
      stack = await openStack();
    });
    afterAll(() => stack?.close());

    it(
      'at any moment of its start and its work',
      async () => {
        for (let round = 0; round < rounds; round += 1)
          expect(await badEndings(() => stack.environment, 8_000)).toEqual([]);
      },
      withinMs,
    );

    it(
      'but the broker',
      async () => {
        const lost = () => ({ ...stack.environment, KAFKA_BROKERS: random.pick(nobody) });
        for (let round = 0; round < rounds; round += 1) expect(await badEndings(lost, 8_000)).toEqual([]);
      },
      withinMs,
    );
  });
});

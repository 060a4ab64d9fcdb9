/**
 * The broker goes away for 20 seconds (CARTAGE_OUTAGE_S) under load, and acknowledgements are lost on the way: nothing
 * acknowledged is lost, no webhook is answered 202 whose request is not on the topic, and every order that the shop took
 * meanwhile is in the ERP once, to the cent. What is real: see stack.ts.
 */
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProduceAnswer } from '../infrastructure/kafka-proxy.ts';
import { clientOf } from '../magento/shop.ts';
import { orderDifferences } from './same-orders.ts';
import { openStack } from './stack.ts';
import type { Stack } from './stack.ts';
import { until } from './wait.ts';

let stack: Stack;
const sku = 'MUG-STONE';

beforeAll(async () => {
  stack = await openStack();
  await Promise.all([
    offerForSale(),
    stack.start('order-relay', { throughProxy: true }),
    stack.start('order-exporter', { throughProxy: true }),
    stack.start('erp-ingester', { throughProxy: true }),
  ]);
});

/** What the ERP has too; nobody else writes to the shop here. */
async function offerForSale(): Promise<void> {
  const magento = clientOf(stack.shop);
  const product = { name: 'Mug', attributeSetId: 4, typeId: 'simple', status: 1, price: '14.50' } as const;
  await magento.products.create(sku, product);
  await magento.sourceItems.write([{ sku, sourceCode: 'default', quantity: '1000000', status: 1 }]);
  await magento.close();
}

afterAll(async () => stack?.close());

const awayS = Number(process.env.CARTAGE_OUTAGE_S ?? 20);

let deliveries = 0;

/** One signed webhook about an order; resolves to the status, or 0 without an answer. */
async function webhook(incrementId: string, entityId: number): Promise<number> {
  const id = `msg_${(deliveries += 1)}`;
  const timestamp = String(Math.floor(Date.now() / 1000));
  const body = JSON.stringify({
    type: 'order.changed',
    data: { entity_id: entityId, increment_id: incrementId, store_id: 1 },
  });
  const key = Buffer.from(stack.webhookSecret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  try {
    const answer = await fetch(stack.webhookUrl, {
      method: 'POST',
      body,
      signal: AbortSignal.timeout(40_000),
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      },
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}

/**
 * Four senders of webhooks, each one after another until told to stop: about an order that the shop has just taken, the
 * others about orders that only their requests know. Resolves to status by order number.
 */
function load(prefix: string): { accepted(): number; end(): Promise<Map<string, number>> } {
  const answers = new Map<string, number>();
  const ending = new AbortController();
  const senders = [1, 2, 3, 4].map(async (sender) => {
    for (let number = 0; !ending.signal.aborted; number += 1) {
      const { increment_id, entity_id } =
        sender === 1 && number % 5 === 0
          ? await stack.sandboxes.placeOrder([{ sku, qty: 1 + (number % 3) }])
          : { increment_id: `${prefix}-${sender}-${number}`, entity_id: 1 };
      answers.set(increment_id, await webhook(increment_id, entity_id));
      // A pace, not a wait for anything: a few dozen a second are load enough.
      await sleep(40);
    }
  });
  return {
    accepted: () => [...answers.values()].filter((status) => status === 202).length,
    end: async () => {
      ending.abort();
      await Promise.all(senders);
      return answers;
    },
  };
}

function requested(): Set<string> {
  return new Set(stack.witness.requests.map(({ key }) => key.split('/').at(-1)!));
}

/** No false 202, none but a refusal that the sender may repeat, and no order missed, doubled or off by a cent. */
async function expectNothingLost(answers: Map<string, number>): Promise<void> {
  const accepted = [...answers].filter(([, status]) => status === 202).map(([incrementId]) => incrementId);
  await until('every acknowledged request', () => {
    const seen = requested();
    return accepted.every((incrementId) => seen.has(incrementId));
  });
  expect([...new Set(answers.values())].filter((status) => ![202, 503, 429].includes(status))).toEqual([]);
  const differences = () => orderDifferences(stack, { isTold: false });
  await until('both sides to be the same', async () => (await differences()).length === 0).catch(
    async (error: unknown) => {
      throw new Error((await differences()).join('; '), { cause: error });
    },
  );
  expect(stack.shop.shop.db.orders.all().length).toBeGreaterThan(0);
}

describe(`a broker that is away for ${awayS} seconds`, () => {
  it(
    'costs no acknowledged webhook and no change of the ERP',
    async () => {
      const running = load('away');
      await until('some load', () => running.accepted() > 20);
      await stack.kafka.stop();
      await stack.sandboxes.receive('MUG-STONE', 'WH1', 5);
      await sleep(awayS * 1_000);
      await stack.sandboxes.receive('MUG-STONE', 'WH1', 6);
      await stack.kafka.restart();
      const before = running.accepted();
      await until('the load to go on', () => running.accepted() > before + 20);
      await expectNothingLost(await running.end());
      await until(
        'the stock of both receipts',
        () => stack.witness.stock.get('WH1/MUG-STONE')?.quantity === '131.0000',
      );
    },
    300_000 + awayS * 1_000,
  );
});

describe('acknowledgements that are lost', () => {
  it('cost no acknowledged webhook and no change of the ERP', async () => {
    // One that is swallowed holds its sender up for the whole time-out of a request.
    const fates: ProduceAnswer[] = ['cut', 'pass', 'pass', 'swallow', 'cut', 'pass', 'pass', 'cut'];
    stack.proxy.onProduceAnswer(() => fates.shift() ?? 'pass');
    const running = load('lost');
    for (let quantity = 1; quantity <= 10; quantity += 1)
      await stack.sandboxes.receive('KNIFE-PARE', 'WH1', quantity);
    await until('answers lost', () => fates.length === 0);
    await until('the load to go on', () => running.accepted() > 20);
    await expectNothingLost(await running.end());
    await until(
      'the stock of all receipts',
      () => stack.witness.stock.get('WH1/KNIFE-PARE')?.quantity === '115.0000',
    );
  });
});

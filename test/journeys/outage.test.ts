/**
 * The broker goes away for 20 seconds (CARTAGE_OUTAGE_S) under load, and acknowledgements are lost on the way: nothing
 * acknowledged is lost, no webhook is answered 202 whose request is not on the topic. What is real: see stack.ts.
 */
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProduceAnswer } from '../infrastructure/kafka-proxy.ts';
import { openStack } from './stack.ts';
import type { Stack } from './stack.ts';
import { until } from './wait.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await openStack();
  await Promise.all([
    stack.start('order-relay', { throughProxy: true }),
    stack.start('erp-ingester', { throughProxy: true }),
  ]);
}, 180_000);

afterAll(async () => stack?.close(), 60_000);

const awayS = Number(process.env.CARTAGE_OUTAGE_S ?? 20);

let deliveries = 0;

/** One signed webhook about an order that only its request knows; resolves to the status, or 0 without an answer. */
async function webhook(incrementId: string): Promise<number> {
  const id = `msg_${(deliveries += 1)}`;
  const timestamp = String(Math.floor(Date.now() / 1000));
  const body = JSON.stringify({
    type: 'order.changed',
    data: { entity_id: 1, increment_id: incrementId, store_id: 1 },
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

/** Sends webhooks one after another in four batchGroups until told to stop; resolves to status by order number. */
function load(prefix: string): { accepted(): number; end(): Promise<Map<string, number>> } {
  const answers = new Map<string, number>();
  const ending = new AbortController();
  const batchGroups = [1, 2, 3, 4].map(async (batchGroup) => {
    for (let number = 0; !ending.signal.aborted; number += 1) {
      const incrementId = `${prefix}-${batchGroup}-${number}`;
      answers.set(incrementId, await webhook(incrementId));
      // A pace, not a wait for anything: a few dozen a second are load enough.
      await sleep(40);
    }
  });
  return {
    accepted: () => [...answers.values()].filter((status) => status === 202).length,
    end: async () => {
      ending.abort();
      await Promise.all(batchGroups);
      return answers;
    },
  };
}

function requested(): Set<string> {
  return new Set(stack.witness.requests.map(({ key }) => key.split('/').at(-1)!));
}

async function expectAcknowledgedRequests(answers: Map<string, number>): Promise<void> {
  const accepted = [...answers].filter(([, status]) => status === 202).map(([incrementId]) => incrementId);
  await until('every acknowledged request', () => {
    const seen = requested();
    return accepted.every((incrementId) => seen.has(incrementId));
  });
  // 503: said to be refused. 0: no answer at all. Nothing else is honest while the broker is away.
  expect([...new Set(answers.values())].filter((status) => ![202, 503, 0, 429].includes(status))).toEqual([]);
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
      await until('the load to go on', () => running.accepted() > before + 20, 90_000);
      await expectAcknowledgedRequests(await running.end());
      await until(
        'the stock of both receipts',
        () => stack.witness.stock.get('WH1/MUG-STONE')?.quantity === '131.0000',
        90_000,
      );
    },
    240_000 + awayS * 1_000,
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
    await until('answers lost', () => fates.length === 0, 120_000);
    await until('the load to go on', () => running.accepted() > 20, 120_000);
    await expectAcknowledgedRequests(await running.end());
    await until(
      'the stock of all receipts',
      () => stack.witness.stock.get('WH1/KNIFE-PARE')?.quantity === '115.0000',
      90_000,
    );
  }, 240_000);
});

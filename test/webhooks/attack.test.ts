/**
 * Real: the relay as its own process with the memory of its manifest, broker, registry, loopback. Doubles: the sandbox
 * shop. An attacker and a shop that behaves send at the same time. Asserted: every delivery of the good one is taken,
 * within a bounded time, by one process that stays below its limit of memory.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { placeOrder } from '../magento/shop.ts';
import { eventually, ownInstance } from '../orders/support.ts';
import { startShop } from '../sandbox/shop/index.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';
import type { Wave, WaveResult } from './attacker.ts';
import { memoryLimitMiB, startRelay } from './relay-process.ts';
import type { RelayProcess } from './relay-process.ts';
import { Sender } from './sender.ts';

const seed = Number(process.env.CARTAGE_SEED ?? Date.now() % 1_000_000);
/**
 * The shortest that Standard Webhooks lets a sender wait, three times. With a processor of one's own it is a second or
 * two; here relay, broker, attacker, good shop and other tests share two, and what waits for its connection to be
 * accepted waits behind thousands.
 */
const latencyMaxMs = 45_000;

let shop: RunningShop;
let relay: RelayProcess;
let orders: { increment_id: string }[];

beforeAll(async () => {
  process.stdout.write(`attack: CARTAGE_SEED=${seed}\n`);
  const instance = ownInstance();
  shop = await startShop();
  orders = await Promise.all([1, 2, 3].map(() => placeOrder(shop, [{ sku: 'SKU-001', qty: 1 }])));
  relay = await startRelay({ instance, shop });
});
afterAll(async () => {
  await relay?.close();
  await shop?.close();
});

/** For as long as it takes to say something of the good ones. */
async function attack(
  wave: Omit<Wave, 'port' | 'seed'>,
  lastsMs: number,
  sender: Sender,
): Promise<WaveResult> {
  const words = JSON.stringify({ ...wave, port: relay.webhookPort, seed });
  const attacker = spawn(process.execPath, [join(import.meta.dirname, 'attacker.ts'), words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const said = text(attacker.stdout);
  await sleep(lastsMs);
  await eventually('deliveries enough', () => sender.delivered.length > 100);
  attacker.stdin.end();
  return JSON.parse(await said) as WaveResult;
}

describe('good webhooks are taken in bounded time and memory', () => {
  it.each<[string, Omit<Wave, 'port' | 'seed'>, number]>([
    ['400 connections of 1 MiB, unsigned', { openAtLeast: 400, connections: { huge: 400 } }, 4_000],
    [
      'everything at once',
      {
        openAtLeast: 2_000,
        connections: {
          huge: 100,
          forged: 50,
          chunked: 100,
          greedy: 1_500,
          dripping: 300,
          halfHeader: 300,
          pipelined: 50,
          garbage: 20,
        },
      },
      6_000,
    ],
    [
      '10,000 connections that say little or nothing',
      { openAtLeast: 9_500, connections: { silent: 6_000, halfHeader: 2_500, dripping: 1_500 } },
      7_000,
    ],
  ])('under %s', async (name, wave, lastsMs) => {
    const sender = new Sender({
      url: `http://127.0.0.1:${relay.webhookPort}/webhooks/orders`,
      workers: 8,
      pauseMs: 40,
      orders,
    });
    const attacked = await attack(wave, lastsMs, sender);
    await sender.stop();
    process.stdout.write(
      `${name}: ${attacked.connections} connections, ${attacked.openAtOnceMax} at once; ${sender.delivered.length} good deliveries, ` +
        `P50 ${sender.latencyMs(0.5)} ms, P99 ${sender.latencyMs(0.99)} ms, longest ${sender.latencyMs(1)} ms; peak ${relay.peakMiB()} MiB of ${memoryLimitMiB}\n`,
    );
    expect(relay.running.hasExited).toBe(false);
    expect(relay.peakMiB()).toBeLessThan(memoryLimitMiB);
    expect(sender.refused()).toEqual({});
    expect(sender.latencyMs(0.5)).toBeLessThan(latencyMaxMs / 3);
    expect(sender.latencyMs(1)).toBeLessThan(latencyMaxMs);
    expect(attacked.openAtOnceMax).toBeGreaterThanOrEqual(wave.openAtLeast);
  });
});

/**
 * Real: broker, and the registry behind a proxy that can refuse connections. Asserted: records whose schema is known
 * go on, others wait (and are not taken for damaged), and nobody is bothered but their partition.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { stock } from '../../schemas/topics.ts';
import { sharedRegistry, startTcpProxy } from '../infrastructure/main.ts';
import type { TcpProxy } from '../infrastructure/main.ts';
import { applyTopics, isReadable, openBus, ownTopic, recorder, stockOf, until, untyped } from './support.ts';
import type { TestBus } from './support.ts';

let proxy: TcpProxy;
let writer: TestBus;
const readers: TestBus[] = [];

beforeAll(async () => {
  proxy = await startTcpProxy();
  proxy.forwardTo(Number(new URL(sharedRegistry()).port));
  writer = openBus();
});
afterAll(async () => {
  await Promise.all([writer.close(), ...readers.map((bus) => bus.close())]);
  await proxy.close();
});

function behindProxy(): TestBus {
  const url = new URL(sharedRegistry());
  url.port = String(proxy.port);
  const bus = openBus({ registry: { url: url.href } });
  readers.push(bus);
  return bus;
}

function registryDown(down: boolean): void {
  proxy.refuseConnections(down);
  proxy.cutConnections();
}

describe('without a registry', () => {
  it('known schemas are read and written as before', async () => {
    const topic = ownTopic(stock, 1);
    await applyTopics(untyped(topic));
    const bus = behindProxy();
    const taken = recorder();
    await bus.subscribe({ contracts: untyped(topic), group: randomUUID(), open: taken.open });
    await bus.publish(topic, { value: stockOf('A', 1) });
    await until('the first record', () => taken.records().length === 1);
    registryDown(true);
    await bus.publish(topic, { value: stockOf('A', 2) });
    await until('the second record', () => taken.records().length === 2);
    expect(taken.records().every(isReadable)).toBe(true);
    registryDown(false);
  });

  it('a process that starts waits with its records, says why, and reads them when it is back', async () => {
    const topic = ownTopic(stock, 1);
    await applyTopics(untyped(topic));
    await writer.publish(topic, { value: stockOf('A', 1) });
    registryDown(true);
    const bus = behindProxy();
    const taken = recorder();
    const subscription = await bus.subscribe({
      contracts: untyped(topic),
      group: randomUUID(),
      open: taken.open,
    });
    await until('trouble', () => /wait for the schema registry/.test(bus.unhealthyReason() ?? ''));
    // A tombstone names no schema, but keeps its place behind what waits.
    await writer.tombstone(topic, 'WH/A');
    expect(subscription.ready()).toBe(true);
    expect(taken.records()).toEqual([]);
    await expect(bus.publish(topic, { value: stockOf('A', 3) })).rejects.toMatchObject({
      name: 'Unavailable',
      outcome: 'none',
    });
    registryDown(false);
    await until('both records', () => taken.records().length === 2);
    expect(
      taken.records().map((record) => [record.offset, isReadable(record) && record.value === null]),
    ).toEqual([
      [0, false],
      [1, true],
    ]);
    await until('no trouble', () => bus.unhealthyReason() === null);
    // The failed look-up is remembered for a second, so that a busy webhook does not hammer a registry that starts.
    await until('publishing again', () =>
      bus.publish(topic, { value: stockOf('A', 3) }).then(
        () => true,
        () => false,
      ),
    );
    await subscription.stop();
  });
});

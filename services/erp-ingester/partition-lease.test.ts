import { describe, expect, it } from '@jest/globals';
import { VirtualClock } from '../platform/flow/testing/virtual-clock.ts';
import type { Lease, PartitionReader, SubscribeOptions, Subscription } from '../platform/kafka/types.ts';
import { PartitionLease } from './partition-lease.ts';

/** A group that gives partitions when a test says so. */
function groupOf() {
  const clock = new VirtualClock();
  const readers = new Map<number, PartitionReader>();
  let options: SubscribeOptions | undefined;
  let joins = 0;
  const lease = new PartitionLease({
    group: 'cartage.main.erp-ingester.source',
    sessionTimeoutMs: 15_000,
    clock,
    bus: {
      subscribe: (given) => {
        joins += 1;
        options = given;
        return Promise.resolve({ stop: () => Promise.resolve() } as Subscription);
      },
    },
  });
  const give = (partition: number) => {
    const given = { partition, topic: 'cartage.cursors', isCurrent: () => true } as Lease;
    readers.set(partition, options!.open(given));
    return given;
  };
  return {
    clock,
    lease,
    give,
    takeBack: (partition: number) => readers.get(partition)!.close(false),
    joins: () => joins,
  };
}

async function soon<T>(promise: Promise<T>, clock: VirtualClock): Promise<T> {
  promise.catch(() => undefined);
  await clock.pass(5_000);
  return promise;
}

describe('the right to read a source', () => {
  it('is that of whoever is given partition 0, and nobody else', async () => {
    const { lease, give, clock, joins } = groupOf();
    const inVain = lease.take();
    await Promise.resolve();
    give(3);
    await expect(soon(inVain, clock)).rejects.toMatchObject({
      name: 'Unavailable',
      fault: { code: 'erp.source_in_use' },
    });
    const given = give(0);
    const held = await soon(lease.take(), clock);
    expect(held).toMatchObject({ fence: given, fallsWithinMs: 15_000 });
    // Another try is no new member.
    expect(joins()).toBe(1);
  });

  it('is given on only when nothing more is done under it', async () => {
    const { lease, give, takeBack, clock } = groupOf();
    const taking = lease.take();
    await Promise.resolve();
    give(0);
    const held = await soon(taking, clock);
    const watching = held.watch(new AbortController().signal);
    let isGivenOn = false;
    const closing = takeBack(0).then(() => (isGivenOn = true));
    await expect(watching).rejects.toMatchObject({ fault: { code: 'erp.source_lost' } });
    expect(isGivenOn).toBe(false);
    await held.release();
    await closing;
    await expect(soon(lease.take(), clock)).rejects.toMatchObject({ fault: { code: 'erp.source_in_use' } });
  });

  it('holds nobody up who has not taken it, or has given it back; and the watching ends with its signal', async () => {
    const { lease, give, takeBack, clock } = groupOf();
    const taking = lease.take();
    await Promise.resolve();
    give(0);
    const held = await soon(taking, clock);
    const over = new AbortController();
    const watching = held.watch(over.signal);
    over.abort();
    await watching;
    await held.release();
    await takeBack(0);
    give(0);
    await takeBack(0);
  });
});

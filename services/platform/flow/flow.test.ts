/** How a flow is put together. Real: all of it. Double: the broker, whose subscription is looked at from both sides. */
import { describe, expect, it } from '@jest/globals';
import { outcomes, parked } from '../../../schemas/topics.ts';
import { Rejected } from '../errors.ts';
import type { PartitionReader, SubscribeOptions, Subscription } from '../kafka/types.ts';
import { runDocuments } from './documents/run-documents.ts';
import { contextOf } from './testing/context.ts';
import { LeaseDouble } from './testing/lease.ts';
import { plains, recordOf } from './testing/records.ts';
import { RecordingBus } from './testing/recording-bus.ts';
import { settled } from './testing/virtual-clock.ts';

async function started(mode: 'on' | 'dry' = 'on') {
  const bus = new RecordingBus();
  const stopped: string[] = [];
  const subscribed: SubscribeOptions[] = [];
  const inner: Subscription = {
    ready: () => true,
    leases: () => [lease],
    unhealthyReason: () => 'no fetch',
    lag: () => Promise.resolve([]),
    stop: async () => {
      await settled();
      stopped.push('subscription');
    },
  };
  const lease = new LeaseDouble();
  bus.subscribe = async (asked) => {
    await settled();
    subscribed.push(asked);
    return inner;
  };
  const readAll = bus.readAll.bind(bus);
  bus.readAll = async (contract, asked) => {
    const reading = await readAll(contract, asked);
    const stop = async () => {
      await reading.stop();
      stopped.push('parking');
    };
    return { ...reading, stop };
  };
  const subscription = await runDocuments(contextOf({ bus, clock: bus.clock, group: 'g' }), {
    name: 'plains',
    contract: plains,
    mode,
    concurrency: () => 1,
    settleMs: 1_000,
    probe: () => Promise.resolve(),
    handle: async ({ key }) => {
      await settled();
      if (key === 'bad') throw new Rejected({ code: 'plain.bad', what: 'Bad', fix: 'Mend it' });
      return { status: 'dry' };
    },
  });
  const [options] = subscribed;
  const open = (): PartitionReader => options!.open(lease);
  return { bus, subscription, stopped, open, lease, options: options! };
}

const turns = async () => {
  for (let turn = 0; turn < 9; turn += 1) await settled();
};

describe('a flow', () => {
  it('reads its topic in its group, and is as well as its subscription', async () => {
    const { subscription, options, lease } = await started();
    expect(options).toMatchObject({ contracts: [plains], group: 'g', sessionTimeoutMs: 15_000 });
    expect([subscription.ready(), subscription.unhealthyReason()]).toEqual([true, 'no fetch']);
    expect([subscription.leases(), await subscription.lag()]).toEqual([[lease], []]);
    await subscription.stop();
  });

  it('works on what it is given from the moment it comes', async () => {
    const { bus, subscription, open, lease } = await started();
    open().receive([recordOf('bad', 0) as never]);
    await turns();
    expect([bus.broker.values(parked).length, lease.finished]).toEqual([1, 1]);
    await subscription.stop();
  });

  it('stops its readers first and then what they stand on, and leaves nothing waiting', async () => {
    const { bus, subscription, stopped, open, lease } = await started();
    const reader = open();
    await subscription.stop();
    expect([stopped, bus.clock.waits]).toEqual([['subscription', 'parking'], 0]);
    reader.receive([recordOf('a', 0) as never]);
    await turns();
    expect([lease.claims, bus.broker.values(outcomes)]).toEqual([[], []]);
  });

  it('in dry reads in a group of its own, parks nothing and begins nothing', async () => {
    const { bus, subscription, options, open, stopped } = await started('dry');
    expect(options.group).toBe('g.dry');
    open().receive([recordOf('a', 0) as never, recordOf('bad', 1) as never]);
    await turns();
    const told = bus.broker.values(outcomes).map(({ group, status }) => `${group} ${status}`);
    expect(told).toEqual(['g.dry dry', 'g.dry rejected']);
    expect(bus.broker.values(parked)).toEqual([]);
    await subscription.stop();
    expect(stopped).toEqual(['subscription']);
  });
});

/** How a topic is kept. Real: the wiring, cursors, schedules. Doubles: the process, the topic, the shop's clock. */
import { describe, expect, it } from '@jest/globals';
import { cursors, outcomes, parked, refresh } from '../../schemas/topics.ts';
import { timedOut } from '../magento/testing/list-shop.ts';
import { ordersSection } from '../platform/config/sections/orders.ts';
import { LeaseDouble } from '../platform/flow/testing/lease.ts';
import { settled } from '../platform/flow/testing/virtual-clock.ts';
import type { Mode } from '../platform/groups.ts';
import { configurationOf, processDouble } from '../platform/lifecycle/testing/process.ts';
import { openMetrics } from '../platform/telemetry/metrics.ts';
import { shown } from '../platform/telemetry/testing/shown.ts';
import { keepTopic } from './keep-topic.ts';
import type { NightlyTools, RelayedTopic } from './relayed-topic.ts';
import { received } from './testing/support.ts';

const [intervalMs, overlapMs, hourMs] = [60_000, 600_000, 3_600_000];
const orders = ordersSection.parse({
  since: '2026-01-01T00:00:00Z',
  payments: {},
  shipping: {},
  stores: {},
  sweep: { intervalMs, overlapMs, pageSize: 7, nightlyAt: '03:00' },
});

async function kept(options: { lease?: LeaseDouble; mode?: Mode } = {}) {
  const { process, bus, clock, subscriptions, stops, leases } = processDouble('order-relay');
  if (options.lease) leases.push(options.lease);
  const steps: string[] = [];
  const failure: { error: Error | null } = { error: null };
  let tools: NightlyTools | null = null;
  const list = (name: string) => ({
    name,
    reason: 'sweep' as const,
    startsAt: 'since' as const,
    askedOf: () => null,
    page: async ({ pageSize }: { pageSize: number }) => {
      steps.push(`${name} by ${pageSize}`);
      if (failure.error) throw failure.error;
      return { items: [], unreadable: [], totalCount: 0 };
    },
  });
  const topic: RelayedTopic = {
    name: 'orders',
    follow: async (sinceMs) => {
      await settled();
      steps.push(`follow since ${clock.now() - sinceMs}, before ${subscriptions.length} subscriptions`);
      const stop = async () => void steps.push('follow no more');
      return { caughtUp: Promise.resolve(), stop };
    },
    requests: { batchGroupOf: () => 'g', batchSize: () => 1, serve: () => Promise.reject(timedOut()) },
    lists: [list('orders'), list('shipments')],
    since: Date.parse('2026-01-01T00:00:00Z'),
    nightly: (given) => {
      tools = given;
      return { name: 'night', run: async () => ({ rows: 0, requests: (steps.push('night'), 0) }) };
    },
  };
  const magento = {
    callsAtOnce: () => 4,
    store: { views: () => Promise.reject(timedOut()) },
    serverTime: async () => ({ serverMs: Date.parse('2026-03-01T00:00:00Z') }),
  };
  const { context } = process;
  const source = { bus, magento: magento as never, clock, log: process.log, instance: 'us' } as never;
  const subscription = await keepTopic(
    { configuration: configurationOf({ instance: 'us', orders, magento: {} as never }), process, source },
    context,
    options.mode ?? 'on',
    topic,
  );
  const ready = async () => {
    const { ready: gauge } = openMetrics('order-relay', 'us');
    process.checks.export(gauge);
    return shown(gauge);
  };
  return { process, bus, clock, steps, stops, subscriptions, subscription, failure, tools: tools!, ready };
}

describe('a topic that is kept', () => {
  it('knows what was published lately before it serves its first request', async () => {
    const { steps, subscriptions, tools } = await kept();
    expect(steps[0]).toBe(`follow since ${overlapMs + hourMs}, before 0 subscriptions`);
    expect(subscriptions).toMatchObject([{ group: 'cartage.us.order-relay', contracts: [refresh] }]);
    expect(tools.atMs).toBe(3 * hourMs);
    const asked: number[] = [];
    await tools.pages(9).read(async ({ pageSize }) => {
      asked.push(pageSize);
      return { items: [], unreadable: [], totalCount: 0 };
    });
    expect(asked).toEqual([9]);
  });

  it.each<[string, LeaseDouble | undefined, boolean]>([
    ['who holds the first partition', new LeaseDouble(), true],
    ['nobody', undefined, false],
    ['nobody who has lost it', Object.assign(new LeaseDouble(), { isLost: true }), false],
    ['nobody who holds another one', Object.assign(new LeaseDouble(), { partition: 1 }), false],
  ])('is swept by %s, at once and after each interval', async (_who, lease, isSwept) => {
    const { clock, steps } = await kept(lease ? { lease } : {});
    await clock.pass(intervalMs);
    await clock.pass(1_000);
    const swept = steps.slice(1).toSorted();
    const once = ['night', 'orders by 7', 'shipments by 7'];
    expect(swept).toEqual(isSwept ? [...once, ...once].toSorted() : []);
  });

  it('is shown not to be swept when its first list fails, and the webhooks go on', async () => {
    const { clock, failure, ready, process } = await kept({ lease: new LeaseDouble() });
    expect(await ready()).toEqual({ 'sweep of orders': 1 });
    failure.error = new Error('away');
    await clock.pass(intervalMs + 1_000_000);
    expect([await ready(), process.checks.readiness()]).toEqual([{ 'sweep of orders': 0 }, {}]);
  });

  it('is asked for in vain while the shop is away, and no request is blamed for that', async () => {
    const { bus, clock, subscriptions } = await kept();
    const { key, value } = received({ key: 'us/default/1' });
    const request = bus.broker.append(refresh, key, value);
    subscriptions[0]!.open(new LeaseDouble()).receive([request as never]);
    await clock.pass(600_000);
    expect([bus.broker.values(outcomes), bus.broker.values(parked)]).toEqual([[], []]);
  });

  it('keeps the cursors of a dry run apart', async () => {
    const { bus, clock, tools } = await kept({ mode: 'dry' });
    await clock.pass(1);
    await tools.cursors.write('orders', {
      updatedAt: '2026-01-01 00:00:00',
      entityId: 1,
      isFirstLoad: false,
    });
    expect(bus.broker.values(cursors)).toMatchObject([{ source: 'us.dry/orders' }]);
  });

  it('sweeps and follows no more when the process ends', async () => {
    const { clock, steps, stops } = await kept({ lease: new LeaseDouble() });
    await clock.pass(1_000);
    for (const stop of stops.toReversed()) await stop();
    expect(steps.at(-1)).toBe('follow no more');
    const { length } = steps;
    await clock.pass(10 * intervalMs);
    expect(steps).toHaveLength(length);
  });
});

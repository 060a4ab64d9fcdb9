/** Real: what is summed up and judged. Doubles: broker. */
import { describe, expect, it } from '@jest/globals';
import { differences, orders, outcomes, parked } from '../../../schemas/topics.ts';
import type { Outcome } from '../../../schemas/types.ts';
import { flowsSection } from '../../platform/config/sections/platform.ts';
import { RecordingBus } from '../../platform/flow/testing/recording-bus.ts';
import { goLiveReport, watchedMs } from './go-live.ts';

const minutes = (count: number) => count * 60_000;

function world() {
  const bus = new RecordingBus();
  const since = bus.clock.now();
  let behind = 0;
  const told = (own: Partial<Outcome>) => {
    const finishedAt = bus.clock.now();
    const value = {
      group: 'cartage.main.order-exporter',
      topic: orders.topic,
      key: 'main/default/1',
      documentId: null,
      status: 'applied',
      attempts: 1,
      occurredAt: finishedAt - minutes(1),
      finishedAt,
      ...own,
    };
    return bus.publish(outcomes, { value: value as unknown as Outcome });
  };
  const report = () =>
    goLiveReport(
      {
        bus,
        admin: {
          lag: (group, [topic = '']) =>
            Promise.resolve(
              group.endsWith('order-exporter') ? [{ topic, partition: 0, committed: 0, end: behind }] : [],
            ),
        },
      },
      {
        instance: 'main',
        flows: flowsSection.parse({ stock: 'off', catalog: 'off', shipments: 'off' }),
      },
      { since, now: bus.clock.now() },
    );
  const ofOrders = async () =>
    (await report()).judged.filter(({ of }) => of === 'Orders').map(({ verdict }) => verdict);
  return { bus, told, report, ofOrders, wait: (count: number) => (behind = count) };
}

describe('the report of a go-live', () => {
  it('cannot say of what has not happened, and says nothing of what is off', async () => {
    const { bus, report } = world();
    await bus.clock.pass(minutes(1));
    const { verdict, judged } = await report();
    expect(verdict).toBe('unknown');
    expect(new Set(judged.map(({ of }) => of))).toEqual(
      new Set(['Orders', 'Order refreshes', 'ERP refreshes', 'Parked', 'Differences']),
    );
  });

  it('judges latency, failures and backlog of each flow: of its own instance, once it is on, within 72 hours', async () => {
    const { bus, told, ofOrders } = world();
    await told({});
    await told({ group: 'cartage.main.order-exporter.dry', status: 'rejected' });
    await told({ group: 'cartage.other.order-exporter', status: 'rejected' });
    await bus.clock.pass(minutes(1));
    expect(await ofOrders()).toEqual(['met', 'met', 'met']);
    await bus.clock.pass(watchedMs);
    await told({ status: 'rejected' });
    expect(await ofOrders()).toEqual(['met', 'met', 'met']);
  });

  it('is missed by what takes too long, by one of a hundred that fail, and by what nobody works on', async () => {
    const { bus, told, ofOrders, wait } = world();
    for (let count = 0; count < 99; count += 1) await told({ occurredAt: bus.clock.now() - minutes(6) });
    await told({ status: 'rejected' });
    await bus.clock.pass(minutes(1));
    expect(await ofOrders()).toEqual(['missed', 'missed', 'met']);
    wait(5);
    expect((await ofOrders())[2]).toBe('met');
    await bus.clock.pass(minutes(61));
    expect((await ofOrders())[2]).toBe('missed');
  });

  it('is missed by what is parked, or differs, for more than a day', async () => {
    const { bus, report } = world();
    const parkedAt = bus.clock.now();
    const place = {
      group: 'cartage.main.order-exporter',
      topic: 'magento.orders',
      key: 'a',
      documentId: null,
    };
    await bus.publish(parked, { value: { ...place, parkedAt } as never });
    const value = { instance: 'main', kind: 'stock', key: 'W1/A', field: 'quantity', firstSeenAt: parkedAt };
    await bus.publish(differences, { value: value as never });
    const last = async () => (await report()).judged.slice(-2).map(({ verdict }) => verdict);
    await bus.clock.pass(minutes(60));
    expect(await last()).toEqual(['met', 'met']);
    await bus.clock.pass(24 * minutes(60));
    expect(await last()).toEqual(['missed', 'missed']);
    expect((await report()).verdict).toBe('missed');
  });
});

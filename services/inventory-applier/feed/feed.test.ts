import { describe, expect, it } from '@jest/globals';
import { cursors } from '../../../schemas/topics.ts';
import type { Cursor } from '../../../schemas/types.ts';
import { RecordingBus } from '../../platform/flow/testing/recording-bus.ts';
import { openMetrics } from '../../platform/telemetry/metrics.ts';
import { Feed } from './feed.ts';

async function feedOf() {
  const bus = new RecordingBus();
  const { clock, broker } = bus;
  const metrics = openMetrics('test', 'test');
  const tell = (more: Partial<Cursor> = {}) => {
    const value = { process: 'erp-ingester', source: 'main', position: '0/1', slot: null, streams: [] };
    const rest = {
      systemId: '1',
      tables: null,
      seenTo: null,
      epoch: 1,
      firstLoad: null,
      updatedAt: clock.now(),
    };
    const cursor = { ...value, ...rest, ...more };
    broker.append(cursors, `${cursor.process}/${cursor.source}`, cursor);
  };
  const changes: boolean[] = [];
  const log = { info: () => undefined, warn: () => undefined } as never;
  const feed = new Feed({ bus, instance: 'main', maxAgeMs: 600_000, clock, log, metrics });
  const begin = () => feed.follow(() => changes.push(feed.isOld()));
  const shown = async () => (await metrics.stockFeedOld.get()).values[0]!.value;
  return { clock, tell, feed, begin, changes, shown };
}

describe('the feed of the ERP', () => {
  it('is too old when the ingester has been silent for too long, and lives again with its next word', async () => {
    const { clock, tell, feed, begin, changes, shown } = await feedOf();
    tell();
    await begin();
    await clock.pass(595_000);
    expect([feed.isOld(), await shown()]).toEqual([false, 0]);
    await clock.pass(20_000);
    expect([feed.isOld(), await shown()]).toEqual([true, 1]);
    tell();
    await clock.pass(20_000);
    expect([feed.isOld(), await shown(), changes]).toEqual([false, 0, [true, false]]);
    feed.stop();
    await clock.pass(1_000_000);
    expect(changes).toHaveLength(2);
  });

  it('is known to be old at the start, and not taken for that before anything was loaded', async () => {
    const before = await feedOf();
    await before.begin();
    await before.clock.pass(1_000_000);
    expect(before.feed.isOld()).toBe(false);
    const old = await feedOf();
    old.tell({ updatedAt: old.clock.now() - 700_000 });
    await old.begin();
    expect(old.feed.isOld()).toBe(true);
  });

  it('is that of this shop’s ingester alone', async () => {
    const { clock, tell, feed, begin } = await feedOf();
    tell({ updatedAt: clock.now() - 700_000 });
    tell({ source: 'mainland/cartage' });
    tell({ process: 'order-relay', source: 'main/orders' });
    await begin();
    expect(feed.isOld()).toBe(true);
    tell({ source: 'main' });
    await clock.pass(10_000);
    expect(feed.isOld()).toBe(false);
  });
});

/** Real: what is remembered of published orders. Double: the topic, as records that the test hands over. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { orders } from '../../../schemas/topics.ts';
import type { Order } from '../../../schemas/types.ts';
import type { Bus, ReadAllOptions } from '../../platform/kafka/types.ts';
import { received } from '../testing/support.ts';
import { PublishedStates } from './published.ts';

const marginMs = 2_000;
const key = 'us/default/1';
const orderIn = (state: string, updatedAt: number) =>
  ({
    instance: 'us',
    store: 'default',
    incrementId: '1',
    updatedAt,
    version: { epoch: 1, number: updatedAt },
    digest: `digest of ${state}`,
  }) as Order;
const fresh = orderIn('new', 10_000);
const canceled = orderIn('canceled', 20_000);
const request = received({ key });
const isSame = (order: Order, readAt: number) => published.isSame(order, readAt, request);

let onRecreated: () => void;
let onTombstone: () => void;
let onTopic: (order: Order, publishedAt?: number) => void;
let asked: string[];
let published: PublishedStates<Order>;

async function follow(before: Order[] = []): Promise<void> {
  const bus = {
    readAll: async (_contract: unknown, options: ReadAllOptions<Order>) => {
      onTopic = (value, publishedAt = value.updatedAt) =>
        options.onRecord({ key, value, publishedAt } as never);
      onTombstone = () => options.onRecord({ key, value: null, publishedAt: 0 } as never);
      onRecreated = () => options.onRecreated!();
      for (const order of before) onTopic(order);
      return { caughtUp: Promise.resolve(), stop: async () => undefined };
    },
  } as unknown as Bus;
  await published.follow(bus, 0, () => 0);
}

beforeEach(() => {
  asked = [];
  published = new PublishedStates({
    contract: orders,
    instance: 'us',
    marginMs,
    clock: { now: () => 20_000 },
    onWentBack: (one) => asked.push(one),
  });
});

describe('what is known as published', () => {
  it('follows the topic: an older state that lands late counts, and the order is asked for again', async () => {
    await follow();
    await published.publishing(canceled, 20_000, async () => onTopic(canceled));
    expect(isSame(canceled, 21_000)).toBe(true);
    onTopic(fresh);
    expect(asked).toEqual([key]);
    expect([isSame(canceled, 22_000), isSame(fresh, 22_000)]).toEqual([false, true]);
  });

  it('is what the topic shows last also when both states are of the same second', async () => {
    const twin = { ...canceled, digest: 'written twice' };
    await follow();
    await published.publishing(twin, 20_000, async () => onTopic(twin));
    onTopic(canceled);
    expect([asked, isSame(twin, 21_000)]).toEqual([[], false]);
  });

  it('counts a publish of our own at once, until it is read back or has failed', async () => {
    await follow([fresh]);
    await published.publishing(canceled, 20_000, async () => undefined);
    expect(isSame(canceled, 20_000)).toBe(true);
    onTopic(canceled);
    onTopic(fresh);
    expect(isSame(canceled, 20_000)).toBe(false);
    const failing = published.publishing(canceled, 20_000, () => Promise.reject(new Error('no answer')));
    await expect(failing).rejects.toThrow('no answer');
    expect(isSame(canceled, 20_000)).toBe(false);
  });

  it('of before the start is asked for again only where it was not corrected since', async () => {
    await follow([canceled, fresh, canceled]);
    expect(asked).toEqual([]);
    await follow([canceled, fresh]);
    expect(asked).toEqual([key]);
  });

  it('is nothing once the topic was recreated: all of it is published again when it is looked at', async () => {
    await follow([fresh]);
    await published.publishing(canceled, 20_000, async () => undefined);
    onRecreated();
    expect(isSame(canceled, 21_000)).toBe(false);
    await published.publishing(fresh, 22_000, async () => onTopic(fresh));
    expect([isSame(fresh, 22_000), asked]).toEqual([true, []]);
  });

  it('is nothing of a key that is gone, of what is on the topic or on its way there', async () => {
    await follow([fresh]);
    expect(published.isKnown(key)).toBe(true);
    await published.publishing(canceled, 20_000, async () => undefined);
    onTombstone();
    expect([published.isKnown(key), published.isNews(fresh)]).toEqual([false, true]);
  });

  it('was read when it was read, however long its publishing took', async () => {
    await follow();
    await published.publishing(canceled, 20_100, async () => onTopic(canceled, 60_000));
    expect(published.has(key, 20_000)).toBe(false);
    isSame(canceled, 22_000);
    expect(published.has(key, 20_000)).toBe(true);
  });

  it('answers a forced request when it was published after that was asked, else not', async () => {
    const forced = (requestedAt: number) => received({ key, always: true, requestedAt });
    await follow();
    await published.publishing(canceled, 20_000, async () => undefined);
    expect(published.isSame(canceled, 20_000, forced(19_999))).toBe(true);
    onTopic(canceled, 20_500);
    expect([20_499, 20_500].map((at) => published.isSame(canceled, 21_000, forced(at)))).toEqual([
      true,
      false,
    ]);
  });

  it('never falls back behind the newest state, unless that is of a time to come: the clock was set back', async () => {
    await follow([canceled, fresh]);
    const back = orderIn('back', 15_000);
    expect([published.isBehind(back, 30_000), published.isNews(back)]).toEqual([true, false]);
    expect([published.isBehind(canceled, 30_000), published.isNews(orderIn('next', 20_001))]).toEqual([
      false,
      true,
    ]);
    expect([-40_000, -40_001].map((readAt) => published.isBehind(back, readAt))).toEqual([true, false]);
    expect(published.versionOf(back)).toEqual({ epoch: 1, number: 20_000 });
    expect(published.versionOf(orderIn('next', 20_001))).toEqual({ epoch: 1, number: 20_001 });
    const restored = { ...back, version: { epoch: 2, number: 15_000 } };
    expect([published.isBehind(restored, 30_000), published.versionOf(restored).epoch]).toEqual([false, 2]);
    expect(published.isBehind({ ...canceled, version: { epoch: 0, number: 90_000 } }, 0)).toBe(true);
  });
});

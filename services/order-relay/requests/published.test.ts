/** Real: what is remembered of published orders. Double: the topic, as records that the test hands over. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { orders } from '../../../schemas/topics.ts';
import type { Order } from '../../../schemas/types.ts';
import type { Bus, ReadAllOptions } from '../../platform/kafka/types.ts';
import { PublishedStates } from './published.ts';

const marginMs = 2_000;
const key = 'us/default/1';
const orderIn = (state: string, updatedAt: number) =>
  ({ instance: 'us', store: 'default', incrementId: '1', updatedAt, digest: `digest of ${state}` }) as Order;
const fresh = orderIn('new', 10_000);
const canceled = orderIn('canceled', 20_000);

let onRecreated: () => void;
let onTopic: (order: Order, publishedAt?: number) => void;
let asked: string[];
let published: PublishedStates<Order>;

async function follow(before: Order[] = []): Promise<void> {
  const bus = {
    readAll: async (_contract: unknown, options: ReadAllOptions<Order>) => {
      onTopic = (value, publishedAt = value.updatedAt) =>
        options.onRecord({ key, value, publishedAt } as never);
      onRecreated = options.onRecreated!;
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
    onWentBack: (one) => asked.push(one),
  });
});

describe('what is known as published', () => {
  it('follows the topic: an older state that lands late counts, and the order is asked for again', async () => {
    await follow();
    await published.publishing(canceled, 20_000, async () => onTopic(canceled));
    expect(published.isSame(canceled, 21_000)).toBe(true);
    onTopic(fresh);
    expect(asked).toEqual([key]);
    expect([published.isSame(canceled, 22_000), published.isSame(fresh, 22_000)]).toEqual([false, true]);
  });

  it('is what the topic shows last also when both states are of the same second', async () => {
    const twin = { ...canceled, digest: 'written twice' };
    await follow();
    await published.publishing(twin, 20_000, async () => onTopic(twin));
    onTopic(canceled);
    expect([asked, published.isSame(twin, 21_000)]).toEqual([[], false]);
  });

  it('counts a publish of our own at once, until it is read back or has failed', async () => {
    await follow([fresh]);
    await published.publishing(canceled, 20_000, async () => undefined);
    expect(published.isSame(canceled, 20_000)).toBe(true);
    onTopic(canceled);
    onTopic(fresh);
    expect(published.isSame(canceled, 20_000)).toBe(false);
    const failing = published.publishing(canceled, 20_000, () => Promise.reject(new Error('no answer')));
    await expect(failing).rejects.toThrow('no answer');
    expect(published.isSame(canceled, 20_000)).toBe(false);
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
    expect(published.isSame(canceled, 21_000)).toBe(false);
    await published.publishing(fresh, 22_000, async () => onTopic(fresh));
    expect([published.isSame(fresh, 22_000), asked]).toEqual([true, []]);
  });

  it('was read when it was read, however long its publishing took', async () => {
    await follow();
    await published.publishing(canceled, 20_100, async () => onTopic(canceled, 60_000));
    expect(published.has(key, 20_000)).toBe(false);
    published.isSame(canceled, 22_000);
    expect(published.has(key, 20_000)).toBe(true);
  });
});

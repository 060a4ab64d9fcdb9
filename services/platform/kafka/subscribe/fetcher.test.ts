import { describe, expect, it } from '@jest/globals';
import type { Batch, KafkaMessage } from 'kafkajs';
import { createFeed } from './fetcher.ts';
import type { FeedOptions } from './fetcher.ts';
import type { Decoded } from '../wire.ts';

function batchOf(first: number, last: number, fetched = first): Batch {
  const messages = Array.from({ length: last - first + 1 }, (_, index) => ({
    offset: String(first + index),
  }));
  const made = {
    fetchedOffset: String(fetched),
    messages,
    lastOffset: () => String(last),
    firstOffset: () => String(first),
  };
  return made as unknown as Batch;
}

const decoded = (message: KafkaMessage) => ({ offset: Number(message.offset) }) as Decoded;
const turn = () => new Promise((resolve) => setImmediate(resolve));

function setUp(options: Partial<FeedOptions> & { full?: () => boolean; receive?: () => void } = {}) {
  const offsets: number[] = [];
  const calls: string[] = [];
  const errors: string[] = [];
  const note = (_: object, message: string) => void errors.push(message);
  const over = new AbortController();
  const feed = createFeed({
    topic: 't',
    partition: 0,
    start: 0,
    reader: {
      receive(records) {
        options.receive?.();
        offsets.push(...records.map((record) => record.offset));
      },
      full: options.full ?? (() => false),
      close: async () => true,
    },
    decoder: { decode: decoded },
    pause: () => void calls.push('pause'),
    resume: () => void calls.push('resume'),
    seek: (offset) => void calls.push(`seek ${offset}`),
    bounds: async () => ({ earliest: 0, end: 1_000 }),
    recreated: () => void calls.push('recreated'),
    over: over.signal,
    log: { info: note, warn: note, error: note },
    ...options,
  });
  return { feed, offsets, calls, errors, over };
}

describe('the feed of a partition', () => {
  it('hands on what was read, in order', () => {
    const { feed, offsets } = setUp();
    expect(feed.offer(batchOf(0, 2))).toBe(true);
    expect(feed.offer(batchOf(3, 4))).toBe(true);
    expect(offsets).toEqual([0, 1, 2, 3, 4]);
    feed.close();
  });

  it('refuses a batch of another generation and goes back to where it stands', async () => {
    const { feed, offsets, calls } = setUp();
    feed.offer(batchOf(0, 2));
    expect(feed.offer(batchOf(7, 9))).toBe(false);
    expect(feed.offer(batchOf(3, 3))).toBe(false);
    await turn();
    expect(calls).toEqual(['pause', 'seek 3']);
    expect(feed.offer(batchOf(3, 3))).toBe(true);
    expect(offsets).toEqual([0, 1, 2, 3]);
    feed.close();
  });

  it('believes a jump that is seen twice alike: control records, a compacted end', async () => {
    const { feed, offsets } = setUp();
    feed.offer(batchOf(0, 2));
    expect(feed.offer(batchOf(5, 6))).toBe(false);
    await turn();
    expect(feed.offer(batchOf(5, 6))).toBe(true);
    expect(offsets).toEqual([0, 1, 2, 5, 6]);
    feed.close();
  });

  it('says so when what it was to read next is gone', async () => {
    const { feed, calls, errors } = setUp({ bounds: async () => ({ earliest: 40, end: 50 }) });
    feed.offer(batchOf(0, 2));
    expect(feed.offer(batchOf(40, 41))).toBe(false);
    await turn();
    expect(calls).toEqual(['pause', 'seek 40']);
    expect(errors.join()).toMatch(/A gap: records of t\[0\] were deleted before they were read/);
    expect(feed.offer(batchOf(40, 41))).toBe(true);
    feed.close();
  });

  it('gives the lease up when the topic was recreated: start and mark are those of another one', async () => {
    const bounds = async () => ({ earliest: 0, end: 2 });
    const { feed, offsets, calls, errors } = setUp({ start: 40, bounds });
    expect(feed.offer(batchOf(0, 1))).toBe(false);
    await turn();
    expect(calls).toEqual(['pause', 'recreated']);
    expect(errors).toEqual(['A gap: records of t[0] are gone: the topic was recreated']);
    expect(offsets).toEqual([]);
    feed.close();
  });

  it('keeps the order when a schema must be waited for, and takes no more meanwhile', async () => {
    const schema = Promise.withResolvers<void>();
    const { feed, offsets, calls } = setUp({
      decoder: {
        decode: (message) =>
          Number(message.offset) === 1 ? schema.promise.then(() => decoded(message)) : decoded(message),
      },
    });
    expect(feed.offer(batchOf(0, 3))).toBe(true);
    expect(offsets).toEqual([0]);
    expect(calls).toEqual(['pause']);
    expect(feed.offer(batchOf(4, 5))).toBe(false);
    schema.resolve();
    await turn();
    expect(offsets).toEqual([0, 1, 2, 3]);
    expect(calls).toEqual(['pause', 'resume']);
    expect(feed.offer(batchOf(4, 5))).toBe(true);
    feed.close();
  });

  it('is paused while the reader is full', async () => {
    let full = true;
    const { feed, calls } = setUp({ full: () => full });
    feed.offer(batchOf(0, 2));
    expect(calls).toEqual(['pause']);
    full = false;
    while (calls.length < 2) await turn();
    expect(calls).toEqual(['pause', 'resume']);
    feed.close();
  });

  it('stands still for good when the reader throws: it has lost records', async () => {
    const { feed, calls, errors } = setUp({
      receive: () => {
        throw new TypeError('no');
      },
    });
    feed.offer(batchOf(0, 2));
    expect(feed.unhealthyReason()).toMatch(/threw in receive\(\): TypeError: no/);
    expect(errors).toHaveLength(1);
    expect(feed.offer(batchOf(3, 4))).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(calls).toEqual(['pause']);
    feed.close();
  });

  it('hands nothing over after its end, whatever still comes', async () => {
    const schema = Promise.withResolvers<void>();
    const { feed, offsets, over } = setUp({
      decoder: { decode: (message) => schema.promise.then(() => decoded(message)) },
    });
    feed.offer(batchOf(0, 1));
    over.abort(new Error('lost'));
    feed.close();
    schema.resolve();
    await turn();
    expect(offsets).toEqual([]);
    expect(feed.offer(batchOf(2, 3))).toBe(false);
  });
});

import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Batch, KafkaMessage } from 'kafkajs';
import type { Bounds } from './claim.ts';
import { Fetcher } from './fetcher.ts';
import type { FetcherOptions } from './fetcher.ts';
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
/** On a busy machine it may take longer than a full reader is asked again: what is said then is no part of a test. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

function setUp(options: Partial<FetcherOptions> & { full?: () => boolean; receive?: () => void } = {}) {
  const offsets: number[] = [];
  const calls: string[] = [];
  const errors: string[] = [];
  const note = (_: object, message: string) => void errors.push(message);
  const over = new AbortController();
  const fetcher = new Fetcher({
    topic: 't',
    partition: 0,
    start: 0,
    reader: {
      receive(records) {
        options.receive?.();
        offsets.push(...records.map((record) => record.offset));
      },
      full: options.full ?? (() => false),
    },
    decoder: { decode: decoded },
    pause: () => void calls.push('pause'),
    resume: () => void calls.push('resume'),
    seek: (offset) => void calls.push(`seek ${offset}`),
    bounds: async () => ({ earliest: 0, end: 1_000, topicId: 'one' }),
    topicId: () => 'one',
    onRecreated: () => void calls.push('recreated'),
    onFailed: (why) => void errors.push(why),
    over: over.signal,
    log: { info: note, warn: note, error: note },
    ...options,
  });
  return { fetcher, offsets, calls, errors, over };
}

afterEach(() => void jest.useRealTimers());

describe('the fetcher of a partition', () => {
  it('hands on what was read, in order', () => {
    const { fetcher, offsets } = setUp();
    expect(fetcher.offer(batchOf(0, 2))).toBe(true);
    expect(fetcher.offer(batchOf(3, 4))).toBe(true);
    expect(offsets).toEqual([0, 1, 2, 3, 4]);
    fetcher.close();
  });

  it('refuses a batch of another generation and goes back to where it stands', async () => {
    const { fetcher, offsets, calls } = setUp();
    fetcher.offer(batchOf(0, 2));
    expect(fetcher.offer(batchOf(7, 9))).toBe(false);
    expect(fetcher.offer(batchOf(3, 3))).toBe(false);
    await turn();
    expect(calls.slice(0, 2)).toEqual(['pause', 'seek 3']);
    expect(fetcher.offer(batchOf(3, 3))).toBe(true);
    expect(offsets).toEqual([0, 1, 2, 3]);
    fetcher.close();
  });

  it('believes a jump that is seen twice alike: control records, a compacted end', async () => {
    const { fetcher, offsets } = setUp();
    fetcher.offer(batchOf(0, 2));
    expect(fetcher.offer(batchOf(5, 6))).toBe(false);
    await turn();
    expect(fetcher.offer(batchOf(5, 6))).toBe(true);
    expect(offsets).toEqual([0, 1, 2, 5, 6]);
    fetcher.close();
  });

  it('says so when what it was to read next is gone', async () => {
    const { fetcher, calls, errors } = setUp({
      bounds: async () => ({ earliest: 40, end: 50, topicId: 'one' }),
    });
    fetcher.offer(batchOf(0, 2));
    expect(fetcher.offer(batchOf(40, 41))).toBe(false);
    await turn();
    expect(calls.slice(0, 2)).toEqual(['pause', 'seek 40']);
    expect(errors.join()).toMatch(/A gap: records of t\[0\] were deleted before they were read/);
    expect(fetcher.offer(batchOf(40, 41))).toBe(true);
    fetcher.close();
  });

  it('gives the lease up when the topic was recreated: start and claim are those of another one', async () => {
    const bounds = async () => ({ earliest: 0, end: 2, topicId: 'one' });
    const { fetcher, offsets, calls, errors } = setUp({ start: 40, bounds });
    expect(fetcher.offer(batchOf(0, 1))).toBe(false);
    await turn();
    expect(calls.slice(0, 2)).toEqual(['pause', 'recreated']);
    expect(errors).toEqual(['A gap: records of t[0] are gone: the topic was recreated']);
    expect(offsets).toEqual([]);
    fetcher.close();
  });

  it('says so also when the recreated topic holds more than had been read of the old one', async () => {
    const { fetcher, calls } = setUp({ bounds: async () => ({ earliest: 0, end: 1_000, topicId: 'two' }) });
    fetcher.offer(batchOf(0, 9));
    expect(fetcher.offer(batchOf(0, 14))).toBe(false);
    await turn();
    expect(calls.slice(0, 2)).toEqual(['pause', 'recreated']);
    fetcher.close();
  });

  it('says so once: another partition may have told it while this one was asking', async () => {
    const asked = Promise.withResolvers<Bounds>();
    const { fetcher, calls, errors } = setUp({ bounds: () => asked.promise });
    fetcher.offer(batchOf(0, 9));
    fetcher.offer(batchOf(0, 14));
    fetcher.close();
    asked.resolve({ earliest: 0, end: 1_000, topicId: 'two' });
    await turn();
    expect([calls, errors]).toEqual([['pause'], []]);
  });

  it('survives a consumer that has just crashed and refuses to pause or resume', () => {
    const refuse = () => {
      throw new Error('Consumer group was not initialized');
    };
    const { fetcher, errors } = setUp({ full: () => true, pause: refuse, resume: refuse });
    fetcher.offer(batchOf(0, 2));
    expect(errors).toEqual(['t[0] could not pause: Error: Consumer group was not initialized']);
    fetcher.close();
  });

  it('keeps the order when a schema must be waited for, and takes no more meanwhile', async () => {
    const schema = Promise.withResolvers<void>();
    const { fetcher, offsets, calls } = setUp({
      decoder: {
        decode: (message) =>
          Number(message.offset) === 1 ? schema.promise.then(() => decoded(message)) : decoded(message),
      },
    });
    expect(fetcher.offer(batchOf(0, 3))).toBe(true);
    expect(offsets).toEqual([0]);
    expect(calls).toEqual(['pause']);
    expect(fetcher.offer(batchOf(4, 5))).toBe(false);
    schema.resolve();
    await turn();
    expect(offsets).toEqual([0, 1, 2, 3]);
    expect(calls).toEqual(['pause', 'resume']);
    expect(fetcher.offer(batchOf(4, 5))).toBe(true);
    fetcher.close();
  });

  it('is paused while the reader is full', async () => {
    let full = true;
    const { fetcher, calls } = setUp({ full: () => full });
    fetcher.offer(batchOf(0, 2));
    expect(calls).toEqual(['pause']);
    full = false;
    while (calls.length < 2) await turn();
    expect([calls, fetcher.isPaused]).toEqual([['pause', 'resume'], false]);
    fetcher.close();
  });

  it('asks for nothing more after its end, full or not', () => {
    jest.useFakeTimers();
    const { fetcher, calls } = setUp({ full: () => true });
    fetcher.offer(batchOf(0, 2));
    expect([fetcher.isPaused, jest.getTimerCount()]).toEqual([true, 1]);
    fetcher.close();
    expect([fetcher.isPaused, jest.getTimerCount(), calls]).toEqual([false, 0, ['pause']]);
  });

  it('stands still for good when the reader throws: it has lost records', () => {
    jest.useFakeTimers();
    const { fetcher, calls, errors } = setUp({
      receive: () => {
        throw new TypeError('no');
      },
    });
    fetcher.offer(batchOf(0, 2));
    expect(fetcher.failure).toMatch(/threw in receive\(\): TypeError: no/);
    expect(errors).toHaveLength(1);
    expect(fetcher.offer(batchOf(3, 4))).toBe(false);
    jest.advanceTimersByTime(3_600_000);
    expect(calls).toEqual(['pause']);
    fetcher.close();
  });

  it('stands still also when the reader throws as it is asked whether it is full, and says so once', () => {
    jest.useFakeTimers();
    const { fetcher, calls, errors } = setUp({
      full: () => {
        throw new TypeError('no');
      },
    });
    fetcher.offer(batchOf(0, 2));
    jest.advanceTimersByTime(3_600_000);
    expect([errors, calls]).toEqual([['the reader of t[0] threw in full(): TypeError: no'], ['pause']]);
    fetcher.close();
  });

  it('hands nothing over after its end, whatever still comes', async () => {
    const schema = Promise.withResolvers<void>();
    const { fetcher, offsets, over } = setUp({
      decoder: { decode: (message) => schema.promise.then(() => decoded(message)) },
    });
    fetcher.offer(batchOf(0, 1));
    over.abort(new Error('lost'));
    fetcher.close();
    schema.resolve();
    await turn();
    expect(offsets).toEqual([]);
    expect(fetcher.offer(batchOf(2, 3))).toBe(false);
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { Rejected, Unavailable } from '../../errors.ts';
import { LeaseLost } from '../../fence.ts';
import { Batcher } from './batcher.ts';
import type { BatcherOptions } from './batcher.ts';
import type { OutgoingRecord } from './outgoing-record.ts';

const record = (key: string, text: string): OutgoingRecord => ({
  partitions: 1,
  topic: 'erp.stock',
  key,
  value: Buffer.from(text),
  headers: {},
});

const textOf = (one: OutgoingRecord) => one.value!.toString();

/** A send whose answers the test gives. */
function heldSend() {
  const calls: { records: string[]; acknowledge(): void; fail(error: Error): void }[] = [];
  const send: BatcherOptions['send'] = (records, onWrite) => {
    onWrite();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    calls.push({ records: records.map(textOf), acknowledge: resolve, fail: reject });
    return promise;
  };
  return { calls, send };
}

const open: Batcher[] = [];
afterEach(async () => {
  for (const batcher of open.splice(0)) await batcher.close(0);
});

function batcherWith(options: Partial<BatcherOptions> & Pick<BatcherOptions, 'send'>): Batcher {
  const batcher = new Batcher({
    deadlineMs: 60_000,
    maxBatchBytes: 10_000,
    maxQueueBytes: 100_000,
    retryDelayMs: () => 1,
    ...options,
  });
  open.push(batcher);
  return batcher;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

describe('the batcher', () => {
  it('sends at once when idle, and gathers what comes while an answer is awaited', async () => {
    const { calls, send } = heldSend();
    const batcher = batcherWith({ send });
    const first = batcher.add(record('a', '1'));
    await turn();
    expect(calls.map((call) => call.records)).toEqual([['1']]);
    const rest = [batcher.add(record('a', '2')), batcher.add(record('b', '3'))];
    await turn();
    expect(calls).toHaveLength(1);
    calls[0]!.acknowledge();
    await first;
    await turn();
    expect(calls.map((call) => call.records)).toEqual([['1'], ['2', '3']]);
    calls[1]!.acknowledge();
    await Promise.all(rest);
  });

  it('says of many together which are not on the topic, by their place', async () => {
    const send: BatcherOptions['send'] = async (records, onWrite) => {
      onWrite();
      if (records.some((one) => textOf(one) === 'bad'))
        throw new Rejected({ code: 'record.too_large', what: 'too large', fix: 'shorten it' });
    };
    const batcher = batcherWith({ send, maxQueueBytes: 300 });
    const unmade = new Error('fits no contract');
    const many = [
      record('a', '1'),
      unmade,
      record('b', 'bad'),
      record('c', '2'),
      record('d', 'x'.repeat(300)),
    ];
    const errors = await batcher.addAll(many);
    expect(new Set(errors.keys())).toEqual(new Set([1, 2, 4]));
    expect(errors.get(1)).toBe(unmade);
    expect(errors.get(2)).toMatchObject({ name: 'Rejected' });
    expect(errors.get(4)).toMatchObject({ name: 'Unavailable' });
    expect(await batcher.addAll([])).toEqual(new Map());
    expect(batcher.queuedBytes).toBe(0);
  });

  it('sends a failed batch again as the same batch, before anything newer', async () => {
    const { calls, send } = heldSend();
    const batcher = batcherWith({ send });
    const both = [batcher.add(record('a', '1')), batcher.add(record('a', '2'))];
    await turn();
    const later = batcher.add(record('a', '3'));
    calls[0]!.fail(new Error('connection closed'));
    await until(() => calls.length === 2);
    expect(calls[1]!.records).toEqual(['1', '2']);
    calls[1]!.acknowledge();
    await Promise.all(both);
    await turn();
    expect(calls[2]!.records).toEqual(['3']);
    calls[2]!.acknowledge();
    await later;
  });

  it('gives a record up at its deadline: unknown when it was written, none when it never left', async () => {
    let now = 0;
    const { calls, send } = heldSend();
    const batcher = batcherWith({ send, deadlineMs: 20, now: () => now });
    const written = batcher.add(record('a', '1')).catch((error: unknown) => error as Unavailable);
    await turn();
    const waiting = batcher.add(record('a', '2')).catch((error: unknown) => error as Unavailable);
    now = 1_000;
    const [first, second] = await Promise.all([written, waiting]);
    expect(first).toMatchObject({ name: 'Unavailable', outcome: 'unknown' });
    expect(first!.fault.code).toBe('kafka.not_acknowledged');
    expect(second).toMatchObject({ name: 'Unavailable', outcome: 'none' });
    expect(batcher.queuedBytes).toBe(0);
    calls[0]!.fail(new Error('too late'));
    await turn();
    expect(calls).toHaveLength(1);
  });

  it('refuses what does not fit its queue, and takes it again when there is room', async () => {
    const { calls, send } = heldSend();
    // Of key and value, and what a record takes besides: full to the last byte.
    const batcher = batcherWith({ send, maxQueueBytes: 64 + 1 + 200 });
    const first = batcher.add(record('a', 'x'.repeat(200)));
    await expect(batcher.add(record('a', ''))).rejects.toMatchObject({
      outcome: 'none',
      fault: { code: 'kafka.queue_full' },
    });
    await turn();
    calls[0]!.acknowledge();
    await first;
    const again = batcher.add(record('a', 'x'.repeat(200)));
    await turn();
    calls[1]!.acknowledge();
    await again;
  });

  it('counts key and headers as what they take', async () => {
    const { calls, send } = heldSend();
    const batcher = batcherWith({ send, maxQueueBytes: 1_000 });
    const sizeOf = (one: OutgoingRecord) => {
      const before = batcher.queuedBytes;
      batcher.add(one).catch(() => undefined);
      return batcher.queuedBytes - before;
    };
    const least = sizeOf(record('a', ''));
    expect(sizeOf(record('ä', '123'))).toBe(least + 4);
    const headers = { ce_id: 'x'.repeat(100), trace: 'yy' };
    expect(sizeOf({ ...record('a', ''), headers })).toBe(least + 5 + 100 + 4 + 5 + 2 + 4);
    await turn();
    calls[0]!.acknowledge();
  });

  it('never lets a batch grow over its limit, but sends a larger record alone', async () => {
    const sent: number[] = [];
    const batcher = batcherWith({
      maxBatchBytes: 500,
      send: async (records) => void sent.push(records.length),
    });
    await Promise.all(
      ['x'.repeat(300), 'x'.repeat(300), 'x'.repeat(800), '1', '2'].map((text) =>
        batcher.add(record('a', text)),
      ),
    );
    expect(sent).toEqual([1, 1, 1, 2]);
  });

  it('finds the one record that the broker refuses; the others are acknowledged in order', async () => {
    const topic: string[] = [];
    const send = async (records: readonly OutgoingRecord[]) => {
      if (records.some((one) => textOf(one) === 'bad')) {
        throw new Rejected({
          code: 'record.too_large',
          what: 'The broker refuses it',
          fix: 'Make it smaller',
        });
      }
      topic.push(...records.map(textOf));
    };
    const batcher = batcherWith({ send });
    const settled = await Promise.allSettled(
      ['1', '2', 'bad', '3', '4'].map((text) => batcher.add(record('a', text))),
    );
    expect(settled.map((one) => one.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(topic).toEqual(['1', '2', '3', '4']);
  });

  it('settles everything when it is closed', async () => {
    const { send } = heldSend();
    const batcher = batcherWith({ send });
    const left = batcher.add(record('a', '1'));
    await turn();
    const closed = batcher.close(10);
    await expect(left).rejects.toBeInstanceOf(Unavailable);
    await closed;
    await expect(batcher.add(record('a', '2'))).rejects.toMatchObject({ fault: { code: 'kafka.closing' } });
  });
});

/**
 * A broker that fails at random: before it wrote, after it wrote all, or answers late. Whatever happens, an
 * acknowledged record is on the topic, and the first occurrences of a key's records are in the order of their adding.
 */
describe('under random failures', () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));

  it.each(Array.from({ length: 30 }, (_, round) => seed + round))(
    'keeps order and loses nothing (seed %i)',
    async (one) => {
      const random = mulberry32(one);
      const topic: OutgoingRecord[] = [];
      let inFlight = 0;
      const batcher = batcherWith({
        maxBatchBytes: 600,
        async send(records, onWrite) {
          expect(++inFlight).toBe(1);
          if (random() < 0.3) await turn();
          onWrite();
          const fate = random();
          if (fate >= 0.15) topic.push(...records);
          if (random() < 0.3) await turn();
          inFlight--;
          if (fate < 0.3) throw new Error('connection closed');
        },
      });
      const acknowledged: string[] = [];
      const added: Promise<void>[] = [];
      for (let index = 0; index < 200; index++) {
        const made = record(`k${Math.floor(random() * 5)}`, String(index));
        added.push(batcher.add(made).then(() => void acknowledged.push(textOf(made))));
        if (random() < 0.2) await turn();
      }
      await Promise.all(added);
      const onTopic = new Set(topic.map(textOf));
      expect(acknowledged.filter((text) => !onTopic.has(text))).toEqual([]);
      for (const key of ['k0', 'k1', 'k2', 'k3', 'k4']) {
        const first = [...new Set(topic.filter((row) => row.key === key).map(textOf))].map(Number);
        expect(first).toEqual(first.toSorted((a, b) => a - b));
        // A repeat brings back a whole batch, never an older record behind a newer one for good.
        const last = topic.findLast((row) => row.key === key);
        expect(Number(textOf(last!))).toBe(Math.max(...first));
      }
    },
  );

  describe('under a fence', () => {
    const fenced = () => {
      const fence = { current: true, isCurrent: () => fence.current };
      return fence;
    };

    it('sends no further attempt when the fence has fallen between two, and says that nothing is known', async () => {
      const { calls, send } = heldSend();
      const batcher = batcherWith({ send });
      const fence = fenced();
      const published = batcher.add(record('a', '1'), fence);
      const other = batcher.add(record('b', '2'));
      await turn();
      fence.current = false;
      calls[0]!.fail(new Error('no answer'));
      await expect(published).rejects.toMatchObject({
        outcome: 'unknown',
        fault: { code: 'kafka.lease_over' },
      });
      await until(() => calls.length === 2);
      expect(calls[1]!.records).toEqual(['2']);
      calls[1]!.acknowledge();
      await other;
    });

    it('begins nothing when the fence has fallen while the record waited', async () => {
      const { calls, send } = heldSend();
      const batcher = batcherWith({ send });
      const fence = fenced();
      const first = batcher.add(record('a', '1'));
      await turn();
      const late = batcher.add(record('a', '2'), fence);
      fence.current = false;
      calls[0]!.acknowledge();
      await first;
      await expect(late).rejects.toBeInstanceOf(LeaseLost);
      expect(calls).toHaveLength(1);
    });

    it('sends without what was given up while it was being connected', async () => {
      const connecting = Promise.withResolvers<void>();
      const sent: string[][] = [];
      const batcher = batcherWith({
        send: async (records, onWrite) => {
          await connecting.promise;
          onWrite();
          sent.push(records.map(textOf));
        },
      });
      const fence = fenced();
      const both = [batcher.add(record('a', '1'), fence), batcher.add(record('b', '2'))];
      const lost = expect(both[0]).rejects.toBeInstanceOf(LeaseLost);
      await turn();
      fence.current = false;
      connecting.resolve();
      await lost;
      await both[1];
      expect(sent).toEqual([['2']]);
    });

    it('lets an attempt go on when a deadline passes: under load something is always late', async () => {
      const { calls, send } = heldSend();
      let abandoned = 0;
      const batcher = batcherWith({ send, abandon: () => (abandoned += 1), deadlineMs: 30 });
      const late = batcher.add(record('a', '1'), fenced());
      await expect(late).rejects.toMatchObject({ fault: { code: 'kafka.not_acknowledged' } });
      expect([calls.length, abandoned]).toEqual([1, 0]);
      calls[0]!.acknowledge();
    });

    it('takes back what is under way when the fence falls, without waiting for its answer', async () => {
      const { calls, send } = heldSend();
      let abandoned = 0;
      const batcher = batcherWith({ send, abandon: () => (abandoned += 1) });
      const fence = fenced();
      const published = batcher.add(record('a', '1'), fence);
      await turn();
      fence.current = false;
      await expect(published).rejects.toMatchObject({ outcome: 'unknown' });
      expect([calls.length, abandoned]).toEqual([1, 1]);
      calls[0]!.fail(new Error('reset'));
    });

    it('and so it does with the last one of several, when the others have been acknowledged', async () => {
      const { calls, send } = heldSend();
      const batcher = batcherWith({ send, maxBatchBytes: 1 });
      const fence = fenced();
      const both = [batcher.add(record('a', '1'), fence), batcher.add(record('a', '2'), fence)];
      const given = expect(both[1]).rejects.toMatchObject({ outcome: 'unknown' });
      await turn();
      calls[0]!.acknowledge();
      await both[0];
      await until(() => calls.length === 2);
      fence.current = false;
      await given;
      calls[1]!.fail(new Error('reset'));
    });
  });
});

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

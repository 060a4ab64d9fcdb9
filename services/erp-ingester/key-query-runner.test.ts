import { describe, expect, it } from '@jest/globals';
import { parked, stock } from '../../schemas/topics.ts';
import type { Stock } from '../../schemas/types.ts';
import type { Questions } from '../erp/sources/questions.ts';
import { Rejected, Unavailable } from '../platform/errors.ts';
import { openParking } from '../platform/flow/outcome/parking.ts';
import { contextOf } from '../platform/flow/testing/context.ts';
import { RecordingBus } from '../platform/flow/testing/recording-bus.ts';
import { openMetrics } from '../platform/telemetry/metrics.ts';
import { newDirt } from './dirt.ts';
import { PublishedReading } from './published-reading.ts';
import { RecordPublisher } from './record-publisher.ts';
import { Spellings } from './spellings.ts';
import { StreamLoad } from './stream-load.ts';
import { StreamRunner } from './stream-runner.ts';
import { aLoaded, aStream } from './testing/stream.ts';

const refused = new Rejected({ code: 'erp.query', what: 'The query is refused', fix: 'Correct it' });
const away = new Unavailable({ code: 'erp.unreachable', what: 'No database', fix: 'Wait' });

/** An runner whose database answers as `answer` says, and the questions it was asked. */
async function runnerOf(answer: (keys: readonly string[]) => Error | null, more: Partial<Questions> = {}) {
  const bus = new RecordingBus();
  const metrics = openMetrics('erp-ingester', 'us');
  const context = { ...contextOf({ bus, clock: bus.clock }), metrics };
  const questions: string[] = [];
  const stream = aStream(
    'stock',
    {},
    {
      ask: async (asked) => {
        await Promise.resolve();
        const keys = [...asked.keys()];
        const marks = new Set([...asked.values()].flatMap((ofKey) => [...ofKey]));
        questions.push(`${keys.join()}${marks.size > 0 ? ` seen ${[...marks].join()}` : ''}`);
        const error = answer(keys);
        if (error) throw error;
        return { version: 5n, rows: keys.map((id) => ({ id, source: 'W1', sku: `S${id}`, quantity: '1' })) };
      },
      // eslint-disable-next-line require-yield
      askAll: async function* () {
        throw refused;
      },
      ...more,
    },
  );
  const parking = await openParking(context);
  const index = await new PublishedReading(stream.shape).read(bus);
  const spellings = new Spellings({ askAgain: () => undefined });
  const publisher = new RecordPublisher({ stream, index, spellings, context, parking, epoch: 1 });
  const load = new StreamLoad('stock', stream.digest, aLoaded(stream));
  const runner = new StreamRunner({ stream, publisher, load, context, keysPerQuery: 8 });
  const ending = new AbortController();
  const running = runner.run(ending.signal);
  const stop = async () => {
    ending.abort();
    await running;
  };
  const progress = async () => ({
    pending: (await metrics.pending.get()).values[0]!.value,
    agoSeconds: bus.clock.now() / 1000 - (await metrics.lastProgress.get()).values[0]!.value,
  });
  return { bus, runner, questions, stop, progress };
}

describe('the runner', () => {
  it('asks once for many changes of a key, in a snapshot that holds them all', async () => {
    const { bus, runner, questions, stop } = await runnerOf(() => null);
    let answered = 0;
    for (const xid of [10, 11, 12])
      runner.dirty.add(xid === 12 ? '2' : '1', {
        mark: String(xid),
        position: String(xid),
        onAnswered: () => (answered += 1),
      });
    await bus.clock.pass(10);
    expect(questions).toEqual(['1,2 seen 10,11,12']);
    expect(answered).toBe(3);
    await stop();
  });

  it('parks the one key whose question is refused, publishes the others, and tells everybody', async () => {
    const { bus, runner, stop } = await runnerOf((keys) => (keys.includes('5') ? refused : null));
    const answered: number[] = [];
    for (let key = 1; key <= 8; key += 1)
      runner.dirty.add(String(key), { onAnswered: () => answered.push(key) });
    await bus.clock.pass(10);
    expect(bus.broker.values<Stock>(stock).map(({ sku }) => sku)).toEqual([
      'S1',
      'S2',
      'S3',
      'S4',
      'S6',
      'S7',
      'S8',
    ]);
    expect([...bus.newest(parked).values()]).toMatchObject([{ key: '{"id":"5"}', code: 'erp.query' }]);
    expect(answered.toSorted((left, right) => left - right)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    await stop();
  });

  it('parks nothing when the SQL itself is refused: it says so, and waits', async () => {
    const { bus, runner, stop } = await runnerOf(() => refused);
    let answered = 0;
    for (const key of ['1', '2']) runner.dirty.add(key, { onAnswered: () => (answered += 1) });
    await bus.clock.pass(500);
    expect([...bus.newest(parked)]).toEqual([]);
    expect({ answered, dirty: runner.dirty.size, trouble: runner.unhealthyReason }).toEqual({
      answered: 0,
      dirty: 2,
      trouble: refused.message,
    });
    await stop();
  });

  it('parks the one key that the database always fails at, after some tries, and publishes the others at once', async () => {
    // A row that lies on a damaged page, a value too large, one that takes too long.
    const damaged = new Unavailable(
      { code: 'erp.database_error', what: 'XX001', fix: 'Mend it' },
      { perhapsRecord: true },
    );
    let times = 0;
    const { bus, runner, stop } = await runnerOf((keys) => {
      if (!keys.includes('5')) return null;
      if (keys.length === 1) times += 1;
      return damaged;
    });
    for (let key = 1; key <= 8; key += 1) runner.dirty.add(String(key), {});
    await bus.clock.pass(10);
    expect(bus.broker.values<Stock>(stock)).toHaveLength(7);
    expect(runner.unhealthyReason).toBe(damaged.message);
    await bus.clock.pass(600_000);
    expect(times).toBe(contextOf({ bus, clock: bus.clock }).policy.perhapsRecordTries);
    expect([...bus.newest(parked).values()]).toMatchObject([
      { key: '{"id":"5"}', code: 'record.always_fails' },
    ]);
    expect([runner.dirty.size, runner.unhealthyReason]).toEqual([0, null]);
    await stop();
  });

  it('parks nothing when the database fails at questions without a key too', async () => {
    const slow = new Unavailable(
      { code: 'erp.deadline', what: 'Slow', fix: 'Wait' },
      { perhapsRecord: true },
    );
    const { bus, runner, stop } = await runnerOf(() => slow);
    for (const key of ['1', '2']) runner.dirty.add(key, {});
    await bus.clock.pass(3_600_000);
    expect([...bus.newest(parked)]).toEqual([]);
    expect(runner.load.loading).toContain('its questions failed');
    await stop();
  });

  it('tells each waiter once when the database goes away in the middle', async () => {
    let isAway = true;
    const { bus, runner, questions, stop } = await runnerOf((keys) => {
      if (keys.length > 2) return refused;
      return isAway && keys.includes('3') ? away : null;
    });
    const answered: string[] = [];
    for (const key of ['1', '2', '3', '4']) runner.dirty.add(key, { onAnswered: () => answered.push(key) });
    await bus.clock.pass(5_000);
    expect(answered).toEqual(['1', '2']);
    isAway = false;
    await bus.clock.pass(60_000);
    expect(answered).toEqual(['1', '2', '3', '4']);
    // What was answered is not asked again.
    expect([questions.at(-1), runner.unhealthyReason]).toEqual(['3,4', null]);
    await stop();
  });

  it('shows what waits and since when nothing was answered; while nothing waits there is no standstill', async () => {
    let isAway = false;
    const { bus, runner, stop, progress } = await runnerOf(() => (isAway ? away : null));
    await bus.clock.pass(3_600_000);
    isAway = true;
    runner.dirty.add('1', {});
    await bus.clock.pass(1_000);
    expect(await progress()).toEqual({ pending: 1, agoSeconds: 1 });
    await bus.clock.pass(899_000);
    expect(await progress()).toEqual({ pending: 1, agoSeconds: 900 });
    isAway = false;
    await bus.clock.pass(60_000);
    const { pending, agoSeconds } = await progress();
    expect(pending).toBe(0);
    expect(agoSeconds).toBeLessThanOrEqual(60);
    await stop();
  });

  describe('with more keys than one question takes', () => {
    const sizes = (questions: string[]) => questions.map((keys) => keys.split(',').length);
    const rowOf = (id: string, quantity: number) => ({ id, source: 'W1', sku: `S${id}`, quantity });

    /** Nothing is published until `open` is called. */
    function gateOf(bus: RecordingBus) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const publish = bus.publish.bind(bus);
      bus.publish = async (...given) => {
        await promise;
        return publish(...given);
      };
      return { open: resolve };
    }

    it('asks the next ones, more of them, while the last are published', async () => {
      const { bus, runner, questions, stop } = await runnerOf(() => null);
      const gate = gateOf(bus);
      for (let key = 1; key <= 40; key += 1) runner.dirty.add(String(key), {});
      await bus.clock.pass(10);
      expect([sizes(questions), bus.broker.values(stock)]).toEqual([[8, 16], []]);
      gate.open();
      await bus.clock.pass(10);
      expect([sizes(questions), bus.broker.values(stock).length]).toEqual([[8, 16, 16], 40]);
      await stop();
    });

    it('asks for no more at a time where the ERP takes long, or at least once more after a failure', async () => {
      let tookMs = 600;
      const sized: number[] = [];
      const { bus, runner, stop } = await runnerOf(() => null, {
        ask: async (keys) => {
          sized.push(keys.size);
          await bus.clock.wait(tookMs);
          return { version: 5n, rows: [...keys.keys()].map((id) => rowOf(id, 1)) };
        },
      });
      for (let key = 1; key <= 32; key += 1) runner.dirty.add(String(key), {});
      await bus.clock.pass(3_000);
      expect(sized).toEqual([8, 8, 8, 8]);
      tookMs = 0;
      for (let key = 1; key <= 80; key += 1) runner.dirty.add(`2${key}`, {});
      await bus.clock.pass(10);
      expect(sized.slice(4)).toEqual([8, 16, 32, 24]);
      bus.failure = new Error('no broker');
      for (let key = 1; key <= 20; key += 1) runner.dirty.add(`3${key}`, {});
      await bus.clock.pass(10);
      bus.failure = null;
      await bus.clock.pass(60_000);
      expect(sized.slice(8, 10)).toEqual([20, 8]);
      expect(runner.dirty.size).toBe(0);
      await stop();
    });

    it('publishes no answer from before a round that was published meanwhile', async () => {
      let quantity = 1;
      const { bus, runner, stop } = await runnerOf(() => null, {
        ask: async (keys) => ({
          version: BigInt(quantity),
          rows: [...keys.keys()].map((id) => rowOf(id, quantity)),
        }),
        askAll: async function* () {
          yield { version: BigInt(quantity), rows: [rowOf('20', quantity)] };
        },
      });
      const gate = gateOf(bus);
      for (let key = 1; key <= 40; key += 1) runner.dirty.add(String(key), {});
      await bus.clock.pass(10);
      quantity = 2;
      runner.askAllAgain();
      await bus.clock.pass(10);
      gate.open();
      await bus.clock.pass(10);
      const values = bus.broker.values<Stock>(stock);
      expect(values.filter(({ sku }) => sku === 'S20').map((value) => Number(value.quantity))).toEqual([2]);
      expect(values).toHaveLength(40);
      await stop();
    });
  });

  it('leaves what was refused for all keys to be asked again', async () => {
    const { bus, runner, stop } = await runnerOf(() => null);
    let answered = 0;
    const dirt = newDirt();
    dirt.onAnswered = [() => (answered += 1)];
    runner.askAllAgain(dirt);
    await bus.clock.pass(5_000);
    expect({ answered, trouble: runner.unhealthyReason }).toEqual({ answered: 0, trouble: refused.message });
    await stop();
  });

  it('forgets no listener on the signal while it waits', async () => {
    const { bus, runner, stop } = await runnerOf(() => null);
    const warnings: Error[] = [];
    const warn = (warning: Error) => warnings.push(warning);
    process.on('warning', warn);
    for (let key = 0; key < 50; key += 1) {
      runner.dirty.add(String(key), {});
      await bus.clock.pass(1);
    }
    await stop();
    process.off('warning', warn);
    expect(warnings).toEqual([]);
  });
});

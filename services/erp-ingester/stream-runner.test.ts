/** Real: a stream at work. Doubles: the broker, a clock, and an ERP of rows by key, asked in chunks, which may fail. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { parked, stock } from '../../schemas/topics.ts';
import type { Stock, StreamState } from '../../schemas/types.ts';
import { Rejected, Unavailable } from '../platform/errors.ts';
import { openParking } from '../platform/flow/outcome/parking.ts';
import { contextOf } from '../platform/flow/testing/context.ts';
import { RecordingBus } from '../platform/flow/testing/recording-bus.ts';
import { newDirt } from './dirt.ts';
import { PublishedReading } from './published-reading.ts';
import { RecordPublisher } from './record-publisher.ts';
import { Spellings } from './spellings.ts';
import { StreamLoad } from './stream-load.ts';
import { StreamRunner } from './stream-runner.ts';
import { aLoaded, aStream } from './testing/stream.ts';

const away = new Unavailable({ code: 'erp.unreachable', what: 'No database', fix: 'Wait' });
const refused = new Rejected({ code: 'erp.query', what: 'The query is refused', fix: 'Correct it' });

let bus: RecordingBus;
/** Quantity by key, and what was asked of it. */
let erp: Map<string, number>;
let asked: string[];
/** What a question is answered by instead; `all` and `keys` name them. */
let fails: { all?: Error | undefined; keys?: Error | undefined };
/** Called before each chunk of two rows. */
let onChunk: (number: number) => Promise<void> | void;
let isOrdered: boolean;
/** SKU by key, where it is not `S<key>`. */
let skus: Map<string, string>;
let ending: AbortController;
/** How the ERP spells a key that it is asked for; null: it gives all keys, whatever it is asked. */
let answersFor: ((key: string) => string) | null;

beforeEach(() => {
  bus = new RecordingBus();
  erp = new Map([1, 2, 3, 4, 5, 6].map((key) => [String(key), key]));
  asked = [];
  fails = {};
  onChunk = () => undefined;
  isOrdered = true;
  skus = new Map();
  answersFor = (key) => key;
});

const skuOf = (key: string) => skus.get(key) ?? `S${key}`;
const rowsOf = (entries: Iterable<[string, number]>) =>
  [...entries].map(([id, quantity]) => ({ id, source: 'W1', sku: skuOf(id), quantity }));

/** As a process that takes over where the cursor has `state`. */
async function started(state: StreamState | null = null) {
  ending = new AbortController();
  const context = contextOf({ bus, clock: bus.clock });
  let version = 1n;
  const stream = aStream(
    'stock',
    {},
    {
      isOrdered,
      ask: async (keys) => {
        asked.push(`keys ${[...keys.keys()].join()}`);
        if (fails.keys) throw fails.keys;
        const meant = answersFor && new Set([...keys.keys()].map(answersFor));
        const rows = rowsOf([...erp].filter(([key]) => meant?.has(key) ?? true));
        return { version: (version += 1n), rows };
      },
      find: async (records) => [...erp.keys()].filter((key) => records.some(({ sku }) => sku === skuOf(key))),
      askAll: async function* (_marks, after) {
        asked.push(`all after ${after}`);
        if (fails.all) throw fails.all;
        const rows = rowsOf([...erp].filter(([key]) => after === null || key > after));
        const at = (version += 1n);
        for (let from = 0; from < rows.length; from += 2) {
          await onChunk(from / 2 + 1);
          if (fails.all) throw fails.all;
          yield { version: at, rows: rows.slice(from, from + 2) };
        }
      },
    },
  );
  const index = await new PublishedReading(stream.shape).read(bus);
  const spellings = new Spellings({ askAgain: () => undefined });
  const parking = await openParking(context);
  const publisher = new RecordPublisher({ stream, index, spellings, context, parking, epoch: 1 });
  const load = new StreamLoad('stock', stream.digest, state);
  const runner = new StreamRunner({ stream, publisher, load, context, keysPerQuery: 10 });
  const running = runner.run(ending.signal);
  const stop = async () => {
    ending.abort();
    await running;
    return load.state;
  };
  return { runner, load, stop, loaded: aLoaded(stream) };
}

const published = () =>
  bus.broker
    .values<Stock>(stock)
    .map(({ sku, quantity, deleted }) => `${sku} ${deleted ? 'gone' : Number(quantity)}`);

describe('a stream that was never loaded', () => {
  it('asks all keys, and its state says how far it is and that it is done', async () => {
    const states: string[] = [];
    const { load, stop } = await started();
    load.onChange = () =>
      states.push(`${load.loading} to ${load.state.loadedTo} of ${load.state.rowsExpected}`);
    await bus.clock.pass(10);
    expect(published()).toEqual(['S1 1', 'S2 2', 'S3 3', 'S4 4', 'S5 5', 'S6 6']);
    // The rows of a chunk's last key may not all have come.
    expect(states.slice(1, 3)).toEqual([
      'it was never loaded to 1 of null',
      'it was never loaded to 3 of null',
    ]);
    expect(await stop()).toMatchObject({ loading: null, loadedTo: null, rowsExpected: 6 });
  });

  it('answers changed keys between two chunks, and publishes nothing older than the answer afterwards', async () => {
    const { runner, stop } = await started();
    let told = 0;
    onChunk = (number) => {
      if (number !== 1) return;
      erp.set('5', 50);
      runner.dirty.add('5', { onAnswered: () => (told = published().length) });
    };
    await bus.clock.pass(10);
    expect(told).toBe(3);
    expect(published()).toEqual(['S1 1', 'S2 2', 'S5 50', 'S3 3', 'S4 4', 'S6 6']);
    await stop();
  });

  it('goes on where the last process stopped, then looks at what lies before', async () => {
    const first = await started();
    onChunk = (number) => {
      if (number === 3) fails.all = away;
    };
    await bus.clock.pass(10);
    const state = await first.stop();
    expect(state).toMatchObject({ loading: 'it was never loaded', loadedTo: '3', rows: 4 });
    fails = {};
    onChunk = () => undefined;
    erp.delete('2');
    asked = [];
    const second = await started(state);
    await bus.clock.pass(10);
    expect(asked).toEqual(['all after 3', 'all after null', 'keys 2']);
    expect(published()).toEqual(['S1 1', 'S2 2', 'S3 3', 'S4 4', 'S5 5', 'S6 6', 'S2 gone']);
    expect(await second.stop()).toMatchObject({ loading: null });
  });

  it('begins anew where the keys come in no order', async () => {
    isOrdered = false;
    const { stop } = await started();
    onChunk = (number) => {
      if (number === 3) fails.all = away;
    };
    await bus.clock.pass(10);
    expect(await stop()).toMatchObject({ loadedTo: null, rows: 4 });
  });

  it('begins anew where the order is not that of the bytes, whatever the source says', async () => {
    erp = new Map(['2', '10', '1', '3'].map((key) => [key, 1]));
    onChunk = (number) => {
      if (number === 3) fails.all = away;
    };
    const { stop } = await started();
    await bus.clock.pass(10);
    expect((await stop()).loadedTo).toBeNull();
  });

  it('is asked again from where it failed, with back-off, and its keys are answered meanwhile', async () => {
    const { runner, stop } = await started();
    onChunk = (number) => {
      if (number === 2) fails.all = away;
    };
    await bus.clock.pass(10);
    runner.dirty.add('6', {});
    await bus.clock.pass(10);
    expect(published()).toEqual(['S1 1', 'S2 2', 'S6 6']);
    expect(runner.unhealthyReason).toBe(away.message);
    onChunk = () => undefined;
    fails = {};
    await bus.clock.pass(60_000);
    expect(published()).toEqual(['S1 1', 'S2 2', 'S6 6', 'S3 3', 'S4 4', 'S5 5']);
    expect([asked.includes('all after 1'), runner.unhealthyReason]).toEqual([true, null]);
    await stop();
  });
});

describe('a stream that is loaded', () => {
  it('asks nothing at the start', async () => {
    const { loaded, stop } = await started();
    await stop();
    asked = [];
    const again = await started(loaded);
    expect(again.runner.isAskingAll).toBe(false);
    await bus.clock.pass(60_000);
    expect(asked).toEqual([]);
    await again.stop();
  });

  it('asks all keys under another configuration, from the first one on', async () => {
    const { loaded, stop } = await started();
    await stop();
    asked = [];
    const again = await started({ ...loaded, digest: 'another query', loadedTo: '4' });
    await bus.clock.pass(10);
    expect(asked).toEqual(['all after null']);
    expect(await again.stop()).toMatchObject({ digest: 'as configured', loading: null });
  });

  it('asks once more for a reason that came while it asked', async () => {
    const { runner, load, stop } = await started();
    onChunk = (number) => {
      if (number === 2 && asked.length === 1) runner.askAll('its topic was recreated');
    };
    const done: (string | null)[] = [];
    load.onChange = () => done.push(load.loading);
    await bus.clock.pass(10);
    expect(asked).toEqual(['all after null', 'all after null']);
    expect(done.filter((loading) => loading === null)).toHaveLength(1);
    await stop();
  });

  it('deletes what a round no longer holds, when a question by its key says so as well', async () => {
    const { runner, stop } = await started();
    await bus.clock.pass(10);
    erp.delete('4');
    asked = [];
    const busy: boolean[] = [];
    onChunk = () => void busy.push(runner.isAskingAll);
    runner.askAllAgain();
    busy.push(runner.isAskingAll);
    await bus.clock.pass(10);
    expect([...new Set(busy), runner.isAskingAll]).toEqual([true, false]);
    expect(asked).toEqual(['all after null', 'keys 4']);
    expect(published().at(-1)).toBe('S4 gone');
    await stop();
  });
});

describe('a round that would delete much', () => {
  const many = (count: number) =>
    new Map(Array.from({ length: count }, (_value, index) => [`k${String(index).padStart(4, '0')}`, 1]));
  const gone = () => published().filter((one) => one.endsWith(' gone')).length;

  async function without(count: number, of = 1_000, dirt = newDirt()) {
    erp = many(of);
    const stream = await started();
    await bus.clock.pass(100);
    for (const key of [...erp.keys()].slice(0, count)) erp.delete(key);
    stream.runner.askAllAgain(dirt);
    await bus.clock.pass(100);
    return stream;
  }

  it('deletes up to 5 % of the topic, and fewer than 50 of any', async () => {
    const { stop } = await without(50);
    expect(gone()).toBe(50);
    await stop();
    bus = new RecordingBus();
    const { stop: end } = await without(49, 60);
    expect(gone()).toBe(49);
    await end();
  });

  it('waits for a person, who confirms what was seen and no more', async () => {
    const { runner, load, stop } = await without(51);
    expect([gone(), load.state.held]).toEqual([0, 51]);
    expect(runner.unhealthyReason).toContain('`cartage streams confirm stock`');
    expect(runner.confirm(50)).toBe(false);
    expect(runner.confirm(51)).toBe(true);
    await bus.clock.pass(100);
    expect([gone(), load.state.held, runner.unhealthyReason]).toEqual([51, null, null]);
    expect(runner.confirm(51)).toBe(false);
    await stop();
  });

  it('that returned nothing at all waits as well, and is over when the keys are there again', async () => {
    let answered = 0;
    const dirt = newDirt();
    dirt.onAnswered = [() => (answered += 1)];
    const { runner, load, stop } = await without(3, 3, dirt);
    expect([gone(), load.state.held, answered]).toEqual([0, 3, 0]);
    erp = many(3);
    runner.askAll('somebody asked for all keys again');
    await bus.clock.pass(100);
    expect([gone(), load.state.held, load.loading, answered]).toEqual([0, null, null, 1]);
    await stop();
  });

  it('is counted again by the process that takes over', async () => {
    const first = await without(51);
    const { runner, load, stop } = await started(await first.stop());
    await bus.clock.pass(100);
    expect([gone(), load.state.held]).toEqual([0, 51]);
    expect(runner.confirm(51)).toBe(true);
    await bus.clock.pass(100);
    expect([gone(), load.loading]).toEqual([51, null]);
    await stop();
  });
});

describe('a key that comes back spelled otherwise', () => {
  it('is asked under both spellings, and stands under the one of the answers', async () => {
    erp = new Map([['abc', 1]]);
    const { runner, stop } = await started();
    await bus.clock.pass(10);
    answersFor = (key) => key.toLowerCase();
    erp.set('abc', 2);
    asked = [];
    runner.dirty.add('ABC', {});
    await bus.clock.pass(10);
    expect(asked).toEqual(['keys ABC', 'keys ABC,abc']);
    expect(published()).toEqual(['Sabc 1', 'Sabc 2']);
    expect([runner.dirty.size, runner.unhealthyReason]).toEqual([0, null]);
    await stop();
  });

  it('is none where the query does not look at the keys at all: that is said', async () => {
    const { runner, stop } = await started();
    await bus.clock.pass(10);
    answersFor = null;
    runner.dirty.add('1', {});
    await bus.clock.pass(10);
    expect(runner.unhealthyReason).toContain('was not in $keys');
    await stop();
  });
});

describe('a record that two keys give', () => {
  const parkedCodes = () => [...bus.newest(parked).values()].map((value) => `${value?.key} ${value?.code}`);

  it('stays that of the first one, and the other is parked, whatever is asked', async () => {
    skus.set('5', 'S2');
    const { runner, stop } = await started();
    await bus.clock.pass(100);
    expect(published()).toEqual(['S1 1', 'S2 2', 'S3 3', 'S4 4', 'S6 6']);
    expect(parkedCodes()).toEqual(['{"id":"5"} erp.claimed_twice']);
    runner.dirty.add('5', {});
    runner.askAllAgain();
    await bus.clock.pass(1_000);
    expect(published()).toHaveLength(5);
    await stop();
  });

  it('passes to the other when the first leaves, and is never told as deleted', async () => {
    skus.set('5', 'S2');
    const { runner, stop } = await started();
    await bus.clock.pass(100);
    erp.delete('2');
    let released = 0;
    runner.dirty.add('2', { transaction: { release: () => (released += 1) } });
    await bus.clock.pass(100);
    expect([published().at(-1), released]).toEqual(['S2 5', 1]);
    expect(published().join()).not.toContain('gone');
    await stop();
  });

  it('that moves from one key to another moves, in whichever order the two are asked', async () => {
    const { runner, stop } = await started();
    await bus.clock.pass(100);
    skus.set('1', 'S7').set('6', 'S1');
    runner.dirty.add('6', {});
    await bus.clock.pass(100);
    runner.dirty.add('1', {});
    await bus.clock.pass(100);
    expect(published().slice(6).toSorted()).toEqual(['S1 6', 'S6 gone', 'S7 1']);
    expect(parkedCodes()).toEqual([]);
    await stop();
  });
});

describe('a stream of whose tables not all changes are told', () => {
  it('asks no round until that is mended, says why, and answers the keys it hears of', async () => {
    const { loaded, stop } = await started();
    await stop();
    asked = [];
    const { runner, load, stop: end } = await started(loaded);
    runner.deafen({ code: 'erp.identity', what: 'No key in item', fix: 'Run: ALTER TABLE' });
    runner.askAll('No key in item', { ...newDirt(), marks: new Set(['77']) });
    runner.dirty.add('1', {});
    await bus.clock.pass(600_000);
    expect(asked).toEqual(['keys 1']);
    expect([load.loading, load.state.marks]).toEqual(['No key in item', ['77']]);
    expect(runner.unhealthyReason).toBe('No key in item. Run: ALTER TABLE');
    runner.deafen(null);
    await bus.clock.pass(10);
    expect(asked).toEqual(['keys 1', 'all after null']);
    expect(await end()).toMatchObject({ loading: null, marks: [] });
    expect(runner.unhealthyReason).toBeNull();
  });
});

describe('a stream whose questions are wrong', () => {
  it('lets go of what waits for it after some tries: its state says that all keys are to be asked', async () => {
    const { runner, load, stop } = await started();
    await bus.clock.pass(10);
    fails = { keys: refused, all: refused };
    let released = 0;
    const answered: string[] = [];
    runner.dirty.add('1', { transaction: { release: () => (released += 1) } });
    runner.dirty.add('2', { asked: 'W1/S2', onAnswered: () => answered.push('2') });
    await bus.clock.pass(600_000);
    expect([released, answered, runner.dirty.size]).toEqual([1, [], 0]);
    expect(load.loading).toContain('its questions failed');
    expect(runner.unhealthyReason).toBe(refused.message);
    fails = {};
    erp.set('1', 100);
    await bus.clock.pass(600_000);
    expect([load.loading, runner.unhealthyReason, answered]).toEqual([null, null, ['2']]);
    expect(published().slice(6)).toEqual(['S1 100', 'S2 2']);
    await stop();
  });

  it('holds on while nobody answers at all', async () => {
    const { runner, load, stop } = await started();
    await bus.clock.pass(10);
    fails = { keys: away, all: away };
    let released = 0;
    runner.dirty.add('1', { transaction: { release: () => (released += 1) } });
    await bus.clock.pass(3_600_000);
    expect([released, load.loading, runner.dirty.size]).toEqual([0, null, 1]);
    await stop();
  });
});

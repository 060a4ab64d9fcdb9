/** Real: a session with its streams, cursor and refreshes. Doubles: process, broker, clock, and an ERP of two tables. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { cursors, parked, prices, refresh, stock } from '../../schemas/topics.ts';
import type { Prices, Stock } from '../../schemas/types.ts';
import { erpSection } from '../platform/config/sections/erp.ts';
import { Unavailable } from '../platform/errors.ts';
import { processDouble } from '../platform/lifecycle/testing/process.ts';
import { SourceCursors } from './cursor.ts';
import { PublishedReadings } from './published-reading.ts';
import { IngesterSession } from './session.ts';
import { statesOf, takeSource } from './take-source.ts';
import { HeldSource } from './testing/held-source.ts';
import { aLoaded, aStream } from './testing/stream.ts';

const away = new Unavailable({ code: 'erp.unreachable', what: 'No database', fix: 'Wait' });

let double: ReturnType<typeof processDouble>;
let sourceCursors: SourceCursors;
let source: HeldSource;
let readings: PublishedReadings;
/** Quantity by key: SKU `S<key>`. */
let erp: Map<string, number>;
/** SKU by key, where it is not `S<key>`. */
let skus: Map<string, string>;
let asked: string[];
let fails: Error | null;
let answersAfterMs: number;
/** Cron expression of the stock. */
let again: string | null;
/** What was published where, in its order. */
let landed: string[];
let stopped: string[];

beforeEach(() => {
  double = processDouble('erp-ingester');
  const { broker, clock } = busOf();
  sourceCursors = new SourceCursors(busOf(), 'us', clock);
  readings = new PublishedReadings();
  source = new HeldSource(() => cursor()?.position);
  erp = new Map([1, 2].map((key) => [String(key), key]));
  skus = new Map();
  asked = [];
  fails = null;
  answersAfterMs = 0;
  again = null;
  landed = [];
  stopped = [];
  for (const { topic } of [stock, prices, cursors, parked]) broker.listen(topic, () => landed.push(topic));
});

const busOf = () => double.bus;
const cursor = () => busOf().newest(cursors).get('erp-ingester/us');
const streamState = (name: string) => cursor()!.streams.find((one) => one.name === name)!;
const published = () => busOf().broker.values<Stock>(stock);
const told = () =>
  published().map(({ sku, quantity, deleted }) => `${sku} ${deleted ? 'gone' : Number(quantity)}`);
const pass = (ms: number) => busOf().clock.pass(ms);

function theStreams() {
  const answer = (name: string, keys: Iterable<string>) =>
    [...keys]
      .filter((key) => erp.has(key))
      .map((id) => {
        const sku = skus.get(id) ?? `S${id}`;
        return name === 'stock' ? { id, source: 'W1', sku, quantity: erp.get(id)! } : { id, sku, prices: [] };
      });
  return (['stock', 'prices'] as const).map((name) => {
    const watches = [{ table: `public.${name}`, columns: ['id'] }];
    return aStream(
      name,
      { watches, again: name === 'stock' ? again : null },
      {
        ask: async (keys) => {
          await Promise.resolve();
          asked.push(`${name} ${[...keys.keys()].join()}`);
          if (fails) throw fails;
          if (answersAfterMs > 0) await busOf().clock.wait(answersAfterMs);
          return { version: 7n, rows: answer(name, keys.keys()) };
        },
        askAll: async function* (marks) {
          await Promise.resolve();
          asked.push(`all ${name}${[...marks].map((mark) => ` at ${mark}`).join('')}`);
          if (fails) throw fails;
          yield { version: 6n, rows: answer(name, erp.keys()) };
        },
        find: async (records) =>
          [...erp.keys()].filter((key) => records.some(({ sku }) => sku === (skus.get(key) ?? `S${key}`))),
      },
    );
  });
}

/** A session of a process that takes over what another one has loaded, or begins. */
async function begun(
  options: { loaded?: boolean; turned?: boolean; isEnding?: boolean; onTaken?: () => void } = {},
) {
  const streams = theStreams();
  const { process } = double;
  if (options.loaded) {
    for (const key of erp.keys()) put(skus.get(key) ?? `S${key}`, erp.get(key)!, key);
    const place = { ...source.place, epoch: 3 };
    await sourceCursors.write({ ...place, streams: streams.map((stream) => aLoaded(stream)) });
    landed = [];
  }
  if (options.turned) {
    const place = { ...source.place, systemId: 'erp/2', seenTo: '0/9' };
    source = Object.assign(new HeldSource(() => cursor()?.position), { hasTurned: true, place });
  }
  const taken = await takeSource(
    { open: () => Promise.resolve(source), close: () => Promise.resolve() },
    sourceCursors,
    streams,
  );
  options.onTaken?.();
  const config = { erp: erpSection.parse({}) } as never;
  const session = new IngesterSession({
    ...taken,
    streams,
    readings,
    cursors: sourceCursors,
    config,
    process,
  });
  const ending = new AbortController();
  if (options.isEnding) ending.abort(new Error('the process is ending'));
  let runs = 0;
  let ended: unknown = 'running';
  void session
    .run(ending.signal, () => (runs += 1))
    .then(
      () => (ended = 'at the signal'),
      (error: unknown) => (ended = error),
    );
  const end = async () => {
    ending.abort(new Error('the process is ending'));
    await pass(0);
    await pass(0);
    return ended;
  };
  return { end, streams, loads: taken.loads, runs: () => runs, ended: () => ended };
}

/** What stands on the topics of both streams. */
function put(sku: string, quantity: number, id: string): void {
  const { broker } = busOf();
  const origin = { version: { epoch: 3, number: 1 }, sourceKey: JSON.stringify({ id }), occurredAt: null };
  const common = { ...origin, sku, deleted: false, twin: null };
  const one = { ...common, source: 'W1', sellable: true, backorders: null, buffer: null };
  broker.append<Stock>(stock, `W1/${sku}`, { ...one, quantity: `${quantity}.0000` });
  broker.append<Prices>(prices, sku, { ...common, prices: [] });
}

const health = () => double.process.checks.readiness().streams;

describe('a session', () => {
  it('loads what was never loaded, then follows the changes, and lets the source forget what stands in the cursor', async () => {
    const { end, runs } = await begun();
    await pass(600);
    expect(told()).toEqual(['S1 1', 'S2 2']);
    // Whatever is published stands under an epoch that the cursor has.
    expect(landed[0]).toBe(cursors.topic);
    expect([runs(), health()]).toEqual([1, { ok: true }]);
    expect(cursor()).toMatchObject({
      epoch: 1,
      slot: 'cartage',
      streams: [{ loading: null }, { loading: null }],
    });
    erp.set('2', 20);
    source.tell('public.stock', '2', '51');
    await pass(600);
    expect([told().slice(2), source.acknowledged.at(-1)]).toEqual([['S2 20'], '51']);
    expect(published().at(-1)!.version).toEqual({ epoch: 1, number: 7 });
    expect(cursor()).toMatchObject({ position: '51' });
    expect(await end()).toBe('at the signal');
  });

  it('ends at once when the signal has fired before, and has published nothing', async () => {
    const { ended, runs } = await begun({ isEnding: true });
    await pass(600);
    expect([ended(), runs(), source.isClosed, told()]).toEqual([
      expect.objectContaining({ message: 'the process is ending' }),
      0,
      true,
      [],
    ]);
  });

  it('ends at the signal with nothing left behind: no wait, no reader, no check, no source', async () => {
    const subscribe = double.bus.subscribe.bind(double.bus);
    double.bus.subscribe = async (options) => {
      expect(options.contracts).toEqual([refresh]);
      return { ...(await subscribe(options)), stop: async () => void stopped.push(options.group) };
    };
    again = '* * * * *';
    const { end } = await begun();
    await pass(600);
    fails = away;
    source.tell('public.stock', '1', '51');
    await pass(100);
    expect(health()).toMatchObject({ ok: false, why: expect.stringMatching(/^stock: No database/) });
    expect(await end()).toBe('at the signal');
    expect([source.isClosed, health(), stopped]).toEqual([true, { ok: true }, ['cartage.us.erp-ingester']]);
    expect(busOf().clock.waits).toBe(0);
  });

  it('ends while it opens, though no topic is ever read to its end', async () => {
    const never = {
      caughtUp: new Promise<void>(() => undefined),
      rest: () => undefined,
      goOn: () => Promise.resolve(false),
      stop: () => Promise.resolve(),
    };
    const { end, runs } = await begun({ onTaken: () => (busOf().readAll = () => Promise.resolve(never)) });
    await pass(600);
    expect(await end()).toMatchObject({ message: 'the process is ending' });
    expect([runs(), source.isClosed]).toEqual([0, true]);
  });

  it('reads no topic again that nobody else has published to since the last one', async () => {
    const first = await begun({ loaded: true });
    await pass(600);
    source.tell('public.stock', '1', '20');
    erp.set('1', 8);
    await pass(600);
    await first.end();
    const before = told().length;
    let read = 0;
    const { readAll } = busOf();
    busOf().readAll = (contract, options) => {
      if (contract.topic === stock.topic) read += 1;
      return readAll(contract, options);
    };
    // Of another process, which was heard as well.
    put('S2', 9, '2');
    source = new HeldSource(() => cursor()?.position);
    const second = await begun();
    await pass(600);
    expect([read, second.runs(), told().slice(before)]).toEqual([0, 1, ['S2 9']]);
    source.tell('public.stock', '1', '30');
    source.tell('public.stock', '2', '31');
    await pass(600);
    expect(told().slice(before)).toEqual(['S2 9', 'S2 2']);
    await second.end();
  });

  it('loads anew where a topic was recreated while no session was there', async () => {
    const first = await begun({ loaded: true });
    await pass(600);
    await first.end();
    busOf().recreate(stock);
    source = new HeldSource(() => cursor()?.position);
    const second = await begun();
    await pass(600);
    expect(told()).toEqual(['S1 1', 'S2 2']);
    await second.end();
  });

  it('asks what the one before has found overwritten, and has got no answer for', async () => {
    const first = await begun({ loaded: true });
    await pass(600);
    // Of a process that has lost the source and does not know it yet.
    put('S2', 9, '2');
    fails = away;
    await pass(60_000);
    expect(asked).toContain('stock 2');
    await first.end();
    fails = null;
    asked = [];
    source = new HeldSource(() => cursor()?.position);
    const second = await begun();
    await pass(600);
    expect([asked, told().at(-1)]).toEqual([['stock 2'], 'S2 2']);
    await second.end();
  });

  it('does not begin where its end has come before', async () => {
    const streams = theStreams();
    const opened = { open: () => Promise.resolve(source), close: () => Promise.resolve() };
    const taken = await takeSource(opened, sourceCursors, streams);
    const config = { erp: erpSection.parse({}) } as never;
    const options = { ...taken, streams, readings, cursors: sourceCursors, config, process: double.process };
    const running = new IngesterSession(options).run(AbortSignal.abort(new Error('over')), () => undefined);
    await expect(running).rejects.toThrow('over');
    expect(asked).toEqual([]);
  });

  it('ends with what the source says when it is taken away', async () => {
    const { ended } = await begun();
    await pass(600);
    const lost = new Unavailable({ code: 'erp.source_lost', what: 'Gone', fix: 'Wait' });
    source.lose(lost);
    await pass(0);
    await pass(0);
    expect([ended(), source.isClosed, busOf().clock.waits]).toEqual([lost, true, 0]);
  });

  it('publishes nothing from the moment its fence has fallen', async () => {
    const { end } = await begun({ loaded: true });
    await pass(600);
    source.isHeld = false;
    landed = [];
    erp.set('2', 20);
    source.tell('public.stock', '2', '51');
    await pass(10_000);
    expect([landed, source.acknowledged]).toEqual([[], []]);
    await end();
  });
});

describe('a session after a standby has taken over', () => {
  const kept = () => [cursor()!.systemId, cursor()!.seenTo, cursor()!.epoch];

  it('keeps the history of before in the cursor until all that is in doubt is answered: who takes over before asks for everything', async () => {
    fails = away;
    const { end } = await begun({ loaded: true, turned: true });
    await pass(60_000);
    expect([new Set(asked), kept()]).toEqual([
      new Set(['prices 1,2', 'stock 1,2']),
      ['erp/doubted', null, 4],
    ]);
    fails = null;
    await pass(60_000);
    expect([told().slice(2), kept()]).toEqual([
      ['S1 1', 'S2 2'],
      ['erp/2', '0/9', 4],
    ]);
    await end();
  });

  it('does so until it has looked at what came late, and that is answered', async () => {
    const { end } = await begun({ loaded: true, turned: true });
    await pass(20_000);
    expect([told().slice(2), kept()]).toEqual([
      ['S1 1', 'S2 2'],
      ['erp/doubted', null, 4],
    ]);
    put('S2', 9, '2');
    fails = away;
    await pass(20_000);
    expect([asked.at(-1), kept()]).toEqual(['stock 2', ['erp/doubted', null, 4]]);
    fails = null;
    await pass(60_000);
    expect([told().at(-1), kept()]).toEqual(['S2 2', ['erp/2', '0/9', 4]]);
    await end();
  });
});

describe('what makes a session ask for everything anew', () => {
  it('is nothing where all is loaded', async () => {
    const { end } = await begun({ loaded: true });
    await pass(600_000);
    expect(asked).toEqual([]);
    await end();
  });

  it('is a topic that is empty, and one that was recreated', async () => {
    const { end } = await begun({ loaded: true });
    await pass(600);
    busOf().recreate(stock);
    await pass(600);
    expect([asked, told()]).toEqual([['all stock'], ['S1 1', 'S2 2']]);
    await end();
    busOf().recreate(stock);
    readings = new PublishedReadings();
    source = new HeldSource(() => cursor()?.position);
    const { end: endAgain, loads } = await begun();
    const reasons: (string | null)[] = [];
    const { onChange } = loads.get('stock')!;
    loads.get('stock')!.onChange = () => {
      reasons.push(loads.get('stock')!.loading);
      onChange();
    };
    await pass(600);
    expect([asked.slice(1), reasons[0]]).toEqual([['all stock'], 'its topic is empty']);
    await endAgain();
  });

  it('is a round of its calendar that was missed', async () => {
    again = '*/5 * * * *';
    const { end } = await begun({ loaded: true });
    await pass(600);
    expect(asked).toEqual(['all stock']);
    await end();
  });

  it.each([
    ['before its streams are open', true],
    ['later', false],
  ])(
    'are changes that the source misses %s: of the tables concerned, with what was under way',
    async (_when, atOnce) => {
      const gap = { reason: 'the log was cut', tables: ['public.stock'], marks: ['77'] };
      if (atOnce) source.gapsAtOnce = [gap];
      const { end } = await begun({ loaded: true });
      await pass(600);
      if (!atOnce) source.find(gap);
      await pass(600);
      expect(asked).toEqual(['all stock at 77']);
      await end();
    },
  );

  it('says so in the cursor for as long as nobody answers', async () => {
    const { end } = await begun({ loaded: true });
    await pass(600);
    fails = away;
    source.find({ reason: 'the log was cut', tables: null });
    source.tell('public.stock', '1', '51');
    await pass(1_000);
    for (const name of ['stock', 'prices'])
      expect(streamState(name)).toMatchObject({ loading: 'the log was cut' });
    expect(streamState('stock')).toMatchObject({ dirtyKeys: 1, oldestAt: expect.any(Number) });
    expect(streamState('prices')).toMatchObject({ dirtyKeys: 0, oldestAt: null });
    const { streamLoaded } = double.process.metrics;
    expect((await streamLoaded.get()).values.map(({ value }) => value)).toEqual([0, 0]);
    fails = null;
    await pass(60_000);
    expect((await streamLoaded.get()).values.map(({ value }) => value)).toEqual([1, 1]);
    await end();
  });
});

it('a table of which not all changes are told keeps its stream, and no other, from a round', async () => {
  source.deaf.set('public.stock', { code: 'erp.identity', what: 'No key in stock', fix: 'Add one' });
  const { end } = await begun();
  await pass(600);
  expect([asked, health()]).toEqual([['all prices'], { ok: false, why: 'stock: No key in stock. Add one' }]);
  source.deaf.clear();
  source.find();
  await pass(600);
  expect([asked, health()]).toEqual([['all prices', 'all stock'], { ok: true }]);
  await end();
});

it('what another process published late is asked and published again, when none of it can land any more', async () => {
  const { end } = await begun({ loaded: true });
  await pass(1_000);
  put('S2', 9, '2');
  // Twenty seconds until its fence has surely fallen, fifteen for a request of it.
  await pass(33_500);
  expect(asked).toEqual([]);
  await pass(1_000);
  expect([asked.toSorted(), told().at(-1)]).toEqual([['stock 2'], 'S2 2']);
  // Nobody looks any more: this is not what it looked for.
  put('S1', 9, '1');
  await pass(100_000);
  expect(asked).toHaveLength(1);
  await end();
});

it('SKUs that differ by their letter case alone are asked again in the topics that have them', async () => {
  skus.set('1', 'abc').set('2', 'ABC');
  const { end } = await begun({ loaded: true });
  await pass(600);
  expect(asked.toSorted()).toEqual(['prices 1,2', 'stock 1,2']);
  expect(
    published()
      .slice(2)
      .map(({ sku, twin }) => `${sku} beside ${twin}`),
  ).toEqual(['abc beside ABC', 'ABC beside abc']);
  await end();
});

it('deletions that wait for a person are counted, in the cursor and in the metric', async () => {
  const { end } = await begun({ loaded: true });
  erp = new Map();
  source.find({ reason: 'the log was cut', tables: ['public.stock'] });
  await pass(600);
  expect(streamState('stock').held).toBe(2);
  const { values } = await double.process.metrics.heldDeletions.get();
  expect(values.map(({ labels, value }) => [labels.flow, value])).toEqual([
    ['stock', 2],
    ['prices', 0],
  ]);
  await end();
});

it('the cursor says once a minute that all holds, and not while a key waits, a stream fails or the fence has fallen', async () => {
  const { end } = await begun({ loaded: true });
  const beats = async () => {
    landed = [];
    await pass(120_000);
    return landed.filter((topic) => topic === cursors.topic).length;
  };
  await pass(600);
  expect(await beats()).toBe(2);
  fails = away;
  source.tell('public.stock', '1', '51');
  expect(await beats()).toBe(0);
  fails = null;
  await pass(60_000);
  expect(await beats()).toBe(2);
  // It waits no more, but its answer is not there.
  answersAfterMs = 150_000;
  source.tell('public.stock', '1', '52');
  expect(await beats()).toBe(0);
  await pass(60_000);
  answersAfterMs = 0;
  expect(await beats()).toBe(2);
  source.isHeld = false;
  expect(await beats()).toBe(0);
  await end();
});

it('the states of all streams go into the cursor as they are', async () => {
  const { end, loads } = await begun({ loaded: true });
  await pass(600);
  expect(cursor()!.streams).toEqual(statesOf(loads));
  await end();
});

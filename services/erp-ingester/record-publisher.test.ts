import { beforeEach, describe, expect, it } from '@jest/globals';
import { fulfilments, parked, prices, stock } from '../../schemas/topics.ts';
import type { Fulfilment, Prices, Stock } from '../../schemas/types.ts';
import { Rejected, Unavailable } from '../platform/errors.ts';
import { openParking } from '../platform/flow/outcome/parking.ts';
import { contextOf } from '../platform/flow/testing/context.ts';
import { RecordingBus } from '../platform/flow/testing/recording-bus.ts';
import type { Dirt } from './dirt.ts';
import { PublishedReading } from './published-reading.ts';
import { RecordedSpans } from '../platform/telemetry/testing/recorded-spans.ts';
import { RecordPublisher } from './record-publisher.ts';
import { keyOfSource } from '../erp/sources/keys.ts';
import { Spellings } from './spellings.ts';
import { aStream } from './testing/stream.ts';
import type { Stream } from './stream.ts';

let bus: RecordingBus;
let spellings: Spellings;
/** What a twin has asked again, by the keys of the streams. */
let again: string[];
beforeEach(() => {
  bus = new RecordingBus();
  again = [];
  spellings = new Spellings({
    askAgain: (topic, sourceKey) => again.push(`${topic} ${keyOfSource(sourceKey)}`),
  });
});

function streamOf(topic: string): Stream {
  return aStream(topic.slice(4), {}, { find: async () => [] });
}

/** As a process that has just started: it knows what the topic holds, and nothing else. */
async function publisherOf(topic = 'erp.stock') {
  const stream = streamOf(topic);
  const context = contextOf({ bus, clock: bus.clock });
  const index = await new PublishedReading(stream.shape).read(bus);
  const parking = await openParking(context);
  spellings.add(topic, index, stream.shape.keyParts);
  const publisher = new RecordPublisher({ stream, index, spellings, context, parking, epoch: 3 });
  return { publisher, parking };
}

function dirtOf(...asked: string[]): Dirt {
  return {
    marks: new Set(),
    position: null,
    shownFrom: 0,
    occurredAt: 77,
    asked: new Set(asked),
    isAllAsked: false,
    traceparent: null,
    transactions: [],
    onAnswered: [],
  };
}

const none: ReadonlySet<string> = new Set();
const answerOf = (...rows: Record<string, unknown>[]) => ({ version: 900n, rows });
const row = (id: number, source: string, sku: string, quantity: string) => ({ id, source, sku, quantity });
const published = () =>
  bus.broker
    .values<Stock>(stock)
    .map(({ source, sku, quantity, deleted }) => `${source}/${sku} ${deleted ? 'deleted' : quantity}`);
const stillParked = () => [...bus.newest(parked).values()].filter((value) => value !== null);

describe('the answer for some keys', () => {
  it('that has a record twice leaves it in doubt where it is not known of each whether the broker has it', async () => {
    const { publisher } = await publisherOf();
    const asked = new Map([['1', dirtOf()]]);
    const publish = bus.publish.bind(bus);
    bus.publish = async (contract, publication) => {
      await publish(contract, publication);
      // It is there, and its acknowledgement is lost.
      if ((publication.value as Stock).quantity === '6.0000')
        throw new Unavailable({ code: 'kafka.unknown', what: 'No answer', fix: 'Wait' });
    };
    const twice = publisher.publishKeys(answerOf(row(1, 'W1', 'A', '5'), row(1, 'W1', 'A', '6')), asked);
    await expect(twice).rejects.toThrow('No answer');
    await publisher.publishKeys(answerOf(row(1, 'W1', 'A', '5')), asked);
    expect(published()).toEqual(['W1/A 5.0000', 'W1/A 6.0000', 'W1/A 5.0000']);
  });

  it('goes on when the broker will never take one of its records, which is parked without what made it too large', async () => {
    const { publisher } = await publisherOf();
    const publish = bus.publish.bind(bus);
    bus.publish = (contract, publication) =>
      contract.topic === stock.topic && (publication.value as Stock).sku === 'B'
        ? Promise.reject(new Rejected({ code: 'record.too_large', what: 'too large', fix: 'shorten it' }))
        : publish(contract, publication);
    const long = { ...row(2, 'W1', 'B', '1'), note: 'x'.repeat(300_000) };
    const asked = new Map([
      ['1', dirtOf()],
      ['2', dirtOf()],
    ]);
    expect((await publisher.publishKeys(answerOf(row(1, 'W1', 'A', '5'), long), asked)).count).toBe(1);
    expect(published()).toEqual(['W1/A 5.0000']);
    expect(stillParked()).toMatchObject([{ key: '{"id":"2"}', code: 'record.too_large', recordValue: null }]);
  });

  it('is published where it says something new, with the version of the snapshot', async () => {
    const { publisher } = await publisherOf();
    const asked = new Map([['1', dirtOf()]]);
    expect(
      (await publisher.publishKeys(answerOf(row(1, 'W1', 'A', '5'), row(1, 'W2', 'A', '6')), asked)).count,
    ).toBe(2);
    expect(
      (await publisher.publishKeys(answerOf(row(1, 'W1', 'A', '5'), row(1, 'W2', 'A', '7')), asked)).count,
    ).toBe(1);
    expect(published()).toEqual(['W1/A 5.0000', 'W2/A 6.0000', 'W2/A 7.0000']);
    const [first] = bus.broker.values<Stock>(stock);
    expect(first).toMatchObject({
      version: { epoch: 3, number: 900 },
      occurredAt: 77,
      sourceKey: '{"id":"1"}',
    });
  });

  it('says from which version on an answer shows what it tells of a document, where that is known', async () => {
    const { publisher } = await publisherOf('erp.fulfilments');
    const names = { instance: 'main', store: 'default', increment_id: '42', kind: 'shipment' };
    const delivery = (id: number) => ({
      ...names,
      id,
      document_id: `D${id}`,
      occurred_on: '2026-03-01T00:00:00Z',
      lines: [{ sku: 'A', quantity: '1' }],
    });
    const asked = new Map(
      [0, 880, Infinity].map((shownFrom, id) => [String(id), { ...dirtOf(), shownFrom }]),
    );
    await publisher.publishKeys(answerOf(delivery(0), delivery(1), delivery(2)), asked);
    const told = bus.broker.values<Fulfilment>(fulfilments);
    expect(told.map(({ shownFrom, version }) => [shownFrom, version.number])).toEqual([
      [null, 900],
      [880, 900],
      [null, 900],
    ]);
    // Of another change the same again: no news.
    const again = new Map([['1', { ...dirtOf(), shownFrom: 890 }]]);
    expect((await publisher.publishKeys(answerOf(delivery(1)), again)).count).toBe(0);
  });

  it('is known again after a restart, also when the topic gives the members in another order', async () => {
    const first = await publisherOf();
    await first.publisher.publishKeys(answerOf(row(1, 'W1', 'A', '5')), new Map([['1', dirtOf()]]));
    const log = bus.broker.log(stock.topic);
    const { value } = log[0] as unknown as { value: Stock };
    const turned = Object.fromEntries(Object.entries(value).toReversed()) as unknown as Stock;
    (log[0] as { value: unknown }).value = turned;
    const second = await publisherOf();
    const again = new Map([['1', dirtOf()]]);
    expect((await second.publisher.publishKeys(answerOf(row(1, 'W1', 'A', '5')), again)).count).toBe(0);
  });

  it('is published unchanged for the record that somebody asked for, and for no other of the key', async () => {
    const { publisher } = await publisherOf();
    const answer = answerOf(row(1, 'W1', 'A', '5'), row(1, 'W2', 'A', '6'));
    await publisher.publishKeys(answer, new Map([['1', dirtOf()]]));
    expect((await publisher.publishKeys(answer, new Map([['1', dirtOf('W2/A')]]))).count).toBe(1);
    expect(published().at(-1)).toBe('W2/A 6.0000');
  });

  it('tells what the key no longer has as deleted, once, and again only when asked', async () => {
    const { publisher } = await publisherOf();
    await publisher.publishKeys(
      answerOf(row(1, 'W1', 'A', '5'), row(1, 'W2', 'A', '6')),
      new Map([['1', dirtOf()]]),
    );
    const less = answerOf(row(1, 'W1', 'A', '5'));
    expect((await publisher.publishKeys(less, new Map([['1', dirtOf()]]))).count).toBe(1);
    expect((await publisher.publishKeys(less, new Map([['1', dirtOf()]]))).count).toBe(0);
    expect(published().at(-1)).toBe('W2/A deleted');
    expect((await publisher.publishKeys(less, new Map([['1', dirtOf('W2/A')]]))).count).toBe(1);
    expect(published().slice(-2)).toEqual(['W2/A deleted', 'W2/A deleted']);
  });

  it('does not delete a record that went over to another key', async () => {
    const { publisher } = await publisherOf();
    await publisher.publishKeys(answerOf(row(1, 'W1', 'A', '5')), new Map([['1', dirtOf()]]));
    const both = new Map([
      ['1', dirtOf()],
      ['2', dirtOf()],
    ]);
    await publisher.publishKeys(answerOf(row(2, 'W1', 'A', '5')), both);
    expect(published()).toEqual(['W1/A 5.0000', 'W1/A 5.0000']);
    expect(bus.broker.values<Stock>(stock).at(-1)!.sourceKey).toBe('{"id":"2"}');
  });

  it('parks an unreadable row beside the good rows of its key, and deletes nothing of it meanwhile', async () => {
    const { publisher, parking } = await publisherOf();
    await publisher.publishKeys(
      answerOf(row(1, 'W1', 'A', '5'), row(1, 'W2', 'A', '6')),
      new Map([['1', dirtOf()]]),
    );
    const spoilt = answerOf(row(1, 'W1', 'A', '8'), row(1, 'W2', 'A', 'many'), row(2, 'W1', 'B', '1'));
    const asked = new Map([
      ['1', dirtOf()],
      ['2', dirtOf()],
    ]);
    expect((await publisher.publishKeys(spoilt, asked)).count).toBe(2);
    expect(published().slice(2)).toEqual(['W1/A 8.0000', 'W1/B 1.0000']);
    expect(stillParked()).toMatchObject([
      { key: '{"id":"1"}', code: 'erp.row', cause: expect.stringContaining('quantity') },
    ]);
    expect(parking.size()).toBe(1);
    // Mended to what was published last: nothing new to publish, and all the same nothing parked any more.
    await publisher.publishKeys(
      answerOf(row(1, 'W1', 'A', '8'), row(1, 'W2', 'A', '6')),
      new Map([['1', dirtOf()]]),
    );
    expect(stillParked()).toEqual([]);
  });

  describe('whose acknowledgement was lost on the way', () => {
    /** The broker has the record, and we hear that it could not be published. */
    async function losing(publishing: () => Promise<unknown>): Promise<void> {
      const publish = bus.publish.bind(bus);
      bus.publish = async (contract, publication) => {
        await publish(contract, publication);
        throw new Error('no answer in time');
      };
      await expect(publishing()).rejects.toThrow('no answer in time');
      bus.publish = publish;
    }

    it('does not stand when the ERP is back at what it said before', async () => {
      const { publisher } = await publisherOf();
      const asked = () => new Map([['1', dirtOf()]]);
      await publisher.publishKeys(answerOf(row(1, 'W1', 'A', '5')), asked());
      await losing(() => publisher.publishKeys(answerOf(row(1, 'W1', 'A', '9')), asked()));
      expect((await publisher.publishKeys(answerOf(row(1, 'W1', 'A', '5')), asked())).count).toBe(1);
      expect(published()).toEqual(['W1/A 5.0000', 'W1/A 9.0000', 'W1/A 5.0000']);
    });

    it('is taken back when the key does not have the record any more', async () => {
      const { publisher } = await publisherOf();
      const asked = () => new Map([['1', dirtOf()]]);
      await losing(() => publisher.publishKeys(answerOf(row(1, 'W1', 'A', '5')), asked()));
      expect((await publisher.publishKeys(answerOf(), asked())).count).toBe(1);
      expect(published()).toEqual(['W1/A 5.0000', 'W1/A deleted']);
    });

    it('is a deletion that does not stand when the record is there again', async () => {
      const { publisher } = await publisherOf();
      const asked = () => new Map([['1', dirtOf()]]);
      await publisher.publishKeys(answerOf(row(1, 'W1', 'A', '5')), asked());
      await losing(() => publisher.publishKeys(answerOf(), asked()));
      expect((await publisher.publishKeys(answerOf(row(1, 'W1', 'A', '5')), asked())).count).toBe(1);
      expect(published().at(-1)).toBe('W1/A 5.0000');
    });
  });

  it('is refused when it holds a key that was not asked for', async () => {
    const { publisher } = await publisherOf();
    const answer = answerOf(row(9, 'W1', 'A', '5'));
    await expect(publisher.publishKeys(answer, new Map([['1', dirtOf()]]))).rejects.toThrow(
      'was not in $keys',
    );
  });
});

describe('a round over all keys', () => {
  it('has no span for each of its records, which share the active one', async () => {
    const spans = new RecordedSpans();
    const { publisher } = await publisherOf();
    await publisher.beginRound(dirtOf()).take(answerOf(row(1, 'W1', 'A', '5')), none);
    expect(spans.ended('changed key erp.stock')).toHaveLength(0);
    await publisher.publishKeys(answerOf(row(1, 'W1', 'A', '6')), new Map([['1', dirtOf()]]));
    expect(spans.ended('changed key erp.stock')).toHaveLength(1);
    expect(published()).toEqual(['W1/A 5.0000', 'W1/A 6.0000']);
  });

  it('publishes what is new, and knows what no chunk held', async () => {
    const { publisher } = await publisherOf();
    const asked = new Map([1, 2, 3].map((key) => [String(key), dirtOf()]));
    await publisher.publishKeys(
      answerOf(row(1, 'W1', 'A', '1'), row(2, 'W1', 'B', '2'), row(3, 'W1', 'C', '3')),
      asked,
    );
    const round = publisher.beginRound(dirtOf());
    await round.take(answerOf(row(1, 'W1', 'A', '1')), none);
    await round.take(answerOf(row(2, 'W1', 'B', '9'), row(3, 'W1', 'C', 'spoilt')), none);
    expect([round.count, [...round.openKeys()]]).toEqual([1, []]);
    expect(published().slice(3)).toEqual(['W1/B 9.0000']);

    const next = publisher.beginRound(dirtOf());
    await next.take(answerOf(row(1, 'W1', 'A', '1'), row(2, 'W1', 'B', '9')), none);
    expect([...next.openKeys()]).toEqual(['3']);
  });

  it('publishes nothing of a key of which the topic has what is newer', async () => {
    const { publisher } = await publisherOf();
    const round = publisher.beginRound(dirtOf());
    await publisher.publishKeys(answerOf(row(1, 'W1', 'A', '7')), new Map([['1', dirtOf()]]));
    await round.take(answerOf(row(1, 'W1', 'A', '1'), row(2, 'W1', 'B', '2')), new Set(['1']));
    expect(published()).toEqual(['W1/A 7.0000', 'W1/B 2.0000']);
    expect([...round.openKeys()]).toEqual([]);
  });

  it('leaves a record that another key has to a question about both', async () => {
    const { publisher } = await publisherOf();
    const round = publisher.beginRound(dirtOf());
    await round.take(answerOf(row(1, 'W1', 'A', '1')), none);
    await round.take(answerOf(row(2, 'W1', 'A', '2'), row(3, 'W1', 'B', '3')), none);
    expect(published()).toEqual(['W1/A 1.0000', 'W1/B 3.0000']);
    expect([...round.openKeys()]).toEqual(['2', '1']);
  });

  it('publishes what is unchanged where somebody asked for all', async () => {
    const { publisher } = await publisherOf();
    const answer = answerOf(row(1, 'W1', 'A', '1'));
    await publisher.publishKeys(answer, new Map([['1', dirtOf()]]));
    await publisher.beginRound({ ...dirtOf(), isAllAsked: true }).take(answer, none);
    expect(published()).toEqual(['W1/A 1.0000', 'W1/A 1.0000']);
  });

  it('publishes a price that has begun by the calendar alone, also after a restart in between', async () => {
    const from = bus.clock.now() + 60_000;
    const answer = answerOf({
      id: 1,
      sku: 'A',
      prices: [{ list: 'R', currency: 'EUR', amount: '9', from: new Date(from).toISOString() }],
    });
    const first = await publisherOf('erp.prices');
    await first.publisher.publishKeys(answer, new Map([['1', dirtOf()]]));
    await bus.clock.run(from - 1);
    expect((await first.publisher.publishKeys(answer, new Map([['1', dirtOf()]]))).count).toBe(0);
    await bus.clock.run(from + 1);
    const second = await publisherOf('erp.prices');
    const round = second.publisher.beginRound(dirtOf());
    await round.take(answer, none);
    expect(round.count).toBe(1);
    expect(bus.broker.values<Prices>(prices)).toHaveLength(2);
  });
});

/** Real: the publishing of records, their indexes, the spellings. Doubles: the broker. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { prices, products, stock } from '../../schemas/topics.ts';
import type { Contract } from '../../schemas/topics.ts';
import { openParking } from '../platform/flow/outcome/parking.ts';
import { contextOf } from '../platform/flow/testing/context.ts';
import { RecordingBus } from '../platform/flow/testing/recording-bus.ts';
import type { Dirt } from './dirt.ts';
import { PublishedReading } from './published-reading.ts';
import { RecordPublisher } from './record-publisher.ts';
import { keyOfSource } from '../erp/sources/keys.ts';
import { Spellings } from './spellings.ts';
import { aStream } from './testing/stream.ts';

const dirtOf = (): Dirt => ({
  marks: new Set(),
  position: null,
  shownFrom: 0,
  occurredAt: null,
  asked: new Set(),
  isAllAsked: false,
  traceparent: null,
  transactions: [],
  onAnswered: [],
});
const rowOf: Record<string, (sku: string) => object> = {
  [stock.topic]: (sku) => ({ source: 'W1', sku, quantity: '5' }),
  [products.topic]: (sku) => ({ sku, name: 'N', enabled: true }),
  [prices.topic]: (sku) => ({ sku, prices: [] }),
};

let bus: RecordingBus;
beforeEach(() => {
  bus = new RecordingBus();
});

/** A process that has just started: what was asked again of it is answered as the ERP has it. */
async function ingester() {
  const again = new Set<string>();
  const spellings = new Spellings({
    askAgain: (topic, sourceKey) => again.add(`${topic} ${keyOfSource(sourceKey)}`),
  });
  const context = contextOf({ bus, clock: bus.clock });
  const parking = await openParking(context);
  const publishers = new Map<string, RecordPublisher>();
  for (const topic of [stock.topic, products.topic, prices.topic]) {
    const stream = aStream(topic.slice('erp.'.length), {}, { find: async () => [] });
    const index = await new PublishedReading(stream.shape).read(bus);
    spellings.add(topic, index, stream.shape.keyParts);
    const options = { stream, index, spellings, context, parking, epoch: 1 };
    publishers.set(topic, new RecordPublisher(options));
  }
  /** What the ERP has, each SKU under a key of its own. */
  const erp = new Map<string, Set<string>>();
  const ask = async (topic: string, ...skus: string[]) => {
    const rows = skus
      .filter((sku) => erp.get(topic)?.has(sku))
      .map((sku) => ({ id: sku, ...rowOf[topic]!(sku) }));
    const asked = new Map(skus.map((sku) => [sku, dirtOf()]));
    await publishers.get(topic)!.publishKeys({ version: 1n, rows }, asked);
    while (again.size > 0) {
      const [next] = again;
      again.delete(next!);
      const [of, sku] = next!.split(' ');
      await ask(of!, sku!);
    }
  };
  return {
    spellings,
    again,
    has: async ({ topic }: Contract<never>, ...skus: string[]) => {
      erp.set(topic, (erp.get(topic) ?? new Set()).union(new Set(skus)));
      await ask(topic, ...skus);
    },
    loses: async ({ topic }: Contract<never>, sku: string) => {
      erp.get(topic)!.delete(sku);
      await ask(topic, sku);
    },
  };
}

const twinsOf = (contract: { topic: string }) =>
  Object.fromEntries(
    [...bus.newest<{ twin: string | null; deleted: boolean }>(contract as never)].map(([key, value]) => [
      key,
      `${value!.deleted ? 'deleted ' : ''}${value!.twin}`,
    ]),
  );
const topics = { stock, products, prices } as unknown as Record<string, Contract<never>>;

describe('SKUs that differ by letter case or accents alone', () => {
  it('are told on both, also when they come in one answer', async () => {
    const { has } = await ingester();
    await has(topics.stock!, 'Café', 'A-1');
    await has(topics.stock!, 'CAFE', 'B', 'b');
    expect(twinsOf(stock)).toEqual({
      'W1/Café': 'CAFE',
      'W1/CAFE': 'Café',
      'W1/A-1': 'null',
      'W1/B': 'b',
      'W1/b': 'B',
    });
  });

  it('are told in every stream that has one of them, and not where each stream has but one spelling', async () => {
    const { has } = await ingester();
    await has(topics.prices!, 'abc');
    await has(topics.stock!, 'ABC');
    expect([twinsOf(prices), twinsOf(stock)]).toEqual([{ abc: 'null' }, { 'W1/ABC': 'null' }]);
    await has(topics.products!, 'ABC', 'abc');
    expect(twinsOf(products)).toEqual({ ABC: 'abc', abc: 'ABC' });
    expect([twinsOf(prices), twinsOf(stock)]).toEqual([{ abc: 'ABC' }, { 'W1/ABC': 'abc' }]);
  });

  it('are none any more when one has left, and its deletion says under which spelling the SKU lives on', async () => {
    const { has, loses } = await ingester();
    await has(topics.products!, 'ABC', 'abc');
    await has(topics.stock!, 'ABC');
    await loses(topics.products!, 'abc');
    expect(twinsOf(products)).toEqual({ ABC: 'null', abc: 'deleted ABC' });
    expect(twinsOf(stock)).toEqual({ 'W1/ABC': 'null' });
    // One that leaves for good is deleted as any other.
    await loses(topics.products!, 'ABC');
    expect(twinsOf(products)).toEqual({ ABC: 'deleted null', abc: 'deleted ABC' });
  });

  it('are known after a restart, and told where the end came before they were', async () => {
    const first = await ingester();
    await first.has(topics.products!, 'ABC');
    // The process ends before the first one is asked again.
    first.again.add = () => first.again;
    await first.has(topics.products!, 'abc');
    expect(twinsOf(products)).toEqual({ ABC: 'null', abc: 'ABC' });
    const second = await ingester();
    second.spellings.askUntold();
    expect([...second.again].toSorted()).toEqual(['erp.products ABC', 'erp.products abc']);
  });
});

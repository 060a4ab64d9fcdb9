/**
 * The index in its columns against plain maps, which say in the fewest words what it is to answer. Then what it takes:
 * only with a million names outside the heap does the ingester of a large ERP fit into its container.
 */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { until } from '../erp/testing/until.ts';
import { PublishedIndex, unknown } from './published-index.ts';
import { takenBytes } from './testing/taken-bytes.ts';
import { TextTable } from './text-table.ts';

interface Known {
  sourceKey: string;
  digest: number;
  deleted: boolean;
  seen: boolean;
}

class Model {
  readonly records = new Map<string, Known>();

  of(sourceKey: string): string[] {
    return [...this.records].filter(([, known]) => known.sourceKey === sourceKey).map(([name]) => name);
  }

  live(sourceKey: string): string[] {
    return this.of(sourceKey).filter((name) => !this.records.get(name)!.deleted);
  }

  unseen(): object[] {
    return [...this.records]
      .filter(([, { seen, deleted }]) => !seen && !deleted)
      .map(([identity, { sourceKey }]) => ({ identity, sourceKey }));
  }
}

const identity = fc.constantFrom('W/A', 'W/B', 'W/Ä', 'W/🛒', 'W/', 'V/A', 'W/A\n1', 'W/A\n2');
const sourceKey = fc.constantFrom('{"id":"1"}', '{"id":"2"}', '{"id":"ü"}');
const valueOf = (key: string, deleted: boolean) => ({
  sourceKey: key,
  deleted,
  version: { epoch: 1, number: 1 },
});

type Step = (index: PublishedIndex, model: Model) => void;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(identity, sourceKey, fc.integer({ min: 1, max: 9 }), fc.boolean())
    .map(([name, key, digest, deleted]): Step => {
      return (index, { records }) => {
        index.note(name, valueOf(key, deleted), digest);
        records.set(name, { sourceKey: key, digest, deleted, seen: true });
      };
    }),
  fc.tuple(identity, sourceKey).map(([name, key]): Step => {
    return (index, { records }) => {
      index.doubt(name, valueOf(key, true));
      records.set(name, { sourceKey: key, digest: unknown, deleted: false, seen: true });
    };
  }),
  identity.map((name): Step => {
    return (index, { records }) => {
      index.seen(name);
      const known = records.get(name);
      if (known) known.seen = true;
    };
  }),
  fc.constant<Step>((index, { records }) => {
    index.beginRound();
    for (const known of records.values()) known.seen = false;
  }),
  fc.constant<Step>((index, { records }) => {
    index.doubtAll();
    for (const known of records.values()) Object.assign(known, { digest: unknown, deleted: false });
  }),
);

describe('what a topic holds', () => {
  it('is answered as plain maps would', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const index = new PublishedIndex();
        const model = new Model();
        for (const take of steps) take(index, model);
        expect(index.isEmpty).toBe(model.records.size === 0);
        for (const [name, { digest, sourceKey: key }] of model.records)
          expect([index.has(name), index.digestOf(name), index.sourceKeyOf(name)]).toEqual([
            true,
            digest,
            key,
          ]);
        expect([index.has('W/no'), index.digestOf('W/no'), index.sourceKeyOf('W/no')]).toEqual([
          false,
          unknown,
          null,
        ]);
        for (const key of ['{"id":"1"}', '{"id":"2"}', '{"id":"ü"}', '{"id":"9"}']) {
          expect(index.othersOf(key, []).toSorted()).toEqual(model.of(key).toSorted());
          expect(index.recordsOf(key).toSorted()).toEqual(model.live(key).toSorted());
        }
        expect(new Set(index.unseen())).toEqual(new Set(model.unseen()));
      }),
      { seed: 20_261_127, numRuns: 300 },
    );
  });

  it('takes 110 bytes a record, names included, however many they are', async () => {
    const before = takenBytes();
    const index = new PublishedIndex();
    const records = 100_000;
    for (let id = 0; id < records; id += 1)
      index.note(`WH1/SKU-${100_000 + id}`, valueOf(`{"product_id":"${id}"}`, false), id + 1);
    // What it has left behind in growing is cleared away a little later: the time of the test is what it has for that.
    await until(() => (takenBytes() - before) / records < 110);
    expect(index.digestOf('WH1/SKU-100007')).toBe(8);
    expect(index.recordsOf('{"product_id":"99999"}')).toEqual(['WH1/SKU-199999']);
  });
});

it('texts of any length come back as they were, each under one number', () => {
  const text = fc.oneof(
    { weight: 20, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
    // Longer than a piece, or than what is left of it.
    { weight: 1, arbitrary: fc.constantFrom(70_000, 200_000).map((length) => 'ä'.repeat(length)) },
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 30 }), (texts) => {
      const table = new TextTable();
      const numbers = texts.map((one) => table.add(one));
      const first = [...new Set(texts)];
      expect(numbers).toEqual(texts.map((one) => first.indexOf(one)));
      expect(numbers.map((number) => table.at(number))).toEqual(texts);
      expect(texts.map((one) => table.find(one))).toEqual(numbers);
      expect(table.find('none of them, and not by chance')).toBe(-1);
    }),
    { seed: 20_261_127, numRuns: 40 },
  );
});

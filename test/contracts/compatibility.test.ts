/**
 * Real: the contracts, every version of them, and avsc, which judges beside us by its own reading of Avro's rules.
 * Asserted: a contract that is called compatible is readable for avsc too, whatever was done to it.
 */
import { describe, expect, it } from '@jest/globals';
import avro from 'avsc';
import { assert, constantFrom, property, sample, tuple } from 'fast-check';
import { canRead, compatibilityProblems } from '../../schemas/compatibility.ts';
import { parseAvro } from '../../schemas/avro.ts';
import { contractTopics, currentText, publishedVersions } from '../../schemas/generate.ts';
import { flawsOf } from '../../schemas/resolution.ts';
import { mutated, mutations } from './mutate.ts';

const topics = contractTopics();

function typeOf(text: string): avro.Type {
  return avro.Type.forSchema(JSON.parse(text) as avro.Schema, { wrapUnions: true });
}

function avscCanRead(reader: string, writer: string): boolean {
  try {
    typeOf(reader).createResolver(typeOf(writer));
    return true;
  } catch {
    return false;
  }
}

function isValid(text: string): boolean {
  try {
    typeOf(text);
    return true;
  } catch {
    return false;
  }
}

describe.each(topics)('%s', (topic) => {
  it('understands every version ever published, and is understood by it', () => {
    expect(publishedVersions(topic).length).toBeGreaterThan(0);
    expect(compatibilityProblems(currentText(topic), publishedVersions(topic))).toEqual([]);
  });

  it('has versions that each were compatible with those before', () => {
    for (const [index, version] of publishedVersions(topic).entries())
      expect(compatibilityProblems(version, publishedVersions(topic).slice(0, index))).toEqual([]);
  });
});

const seed = Number(process.env.CARTAGE_TEST_SEED ?? 20_260);
const runs = Number(process.env.CARTAGE_TEST_RUNS ?? 600);

describe(`contracts changed at random (CARTAGE_TEST_SEED=${seed})`, () => {
  const pairs = tuple(constantFrom(...topics), mutations, mutations)
    .map(([topic, some, others]) => {
      const text = currentText(topic);
      return { reader: mutated(text, some), writer: mutated(text, others), original: text };
    })
    .filter(({ reader, writer }) => isValid(reader) && isValid(writer));

  it('are never called readable when avsc refuses them', () => {
    assert(
      property(pairs, ({ reader, writer, original }) => {
        for (const [left, right] of [
          [reader, writer],
          [reader, original],
          [original, writer],
        ] as const)
          if (canRead(left, right)) expect(avscCanRead(left, right)).toBe(true);
      }),
      { seed, numRuns: runs },
    );
  });

  it('are refused beyond avsc only for a changed name or meaning', () => {
    assert(
      property(pairs, ({ reader, writer }) => {
        if (!avscCanRead(reader, writer) || canRead(reader, writer)) return;
        const kinds = flawsOf(parseAvro(reader), parseAvro(writer)).map(({ kind }) => kind);
        expect(kinds.some((kind) => kind === 'meaning' || kind === 'name')).toBe(true);
      }),
      { seed, numRuns: runs },
    );
  });

  it('include both readable and unreadable ones, else the two tests above say nothing', () => {
    const drawn = sample(pairs, { seed, numRuns: 200 });
    const readable = drawn.filter(({ reader, writer }) => canRead(reader, writer)).length;
    expect(readable).toBeGreaterThan(10);
    expect(readable).toBeLessThan(190);
  });
});

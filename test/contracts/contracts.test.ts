/**
 * Real: the contracts and the table of topics. Asserted: what a reader outside the project relies on, and what keeps
 * a contract open to later change.
 */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import avro from 'avsc';
import { parseAvro } from '../../schemas/avro.ts';
import type { AvroField, AvroRecord, AvroSchema } from '../../schemas/avro.ts';
import { contractTopics, currentText, staleFiles } from '../../schemas/generate.ts';
import { contracts, topicSettings } from '../../schemas/topics.ts';

const topics = contractTopics();

function partsOf(schema: AvroSchema, found = new Set<AvroSchema>()): Set<AvroSchema> {
  if (found.has(schema)) return found;
  found.add(schema);
  if (schema.kind === 'array') partsOf(schema.items, found);
  if (schema.kind === 'map') partsOf(schema.values, found);
  if (schema.kind === 'union') for (const branch of schema.branches) partsOf(branch, found);
  if (schema.kind === 'record') for (const field of schema.fields) partsOf(field.type, found);
  return found;
}

function recordsOf(topic: string): AvroRecord[] {
  return [...partsOf(parseAvro(currentText(topic)))].filter((part) => part.kind === 'record');
}

function fieldsWhere(topic: string, wrong: (field: AvroField) => boolean): string[] {
  return recordsOf(topic).flatMap((record) =>
    record.fields.filter(wrong).map((field) => `${record.name}.${field.name}`),
  );
}

const isNullable = ({ type }: AvroField) =>
  type.kind === 'union' && type.branches[0]?.kind === 'primitive' && type.branches[0].name === 'null';

describe.each(topics)('%s', (topic) => {
  it('is valid Avro, its defaults included', () => {
    expect(() =>
      avro.Type.forSchema(JSON.parse(currentText(topic)) as avro.Schema, { wrapUnions: true }),
    ).not.toThrow();
  });

  it('says what each record and each field is', () => {
    expect(fieldsWhere(topic, ({ doc }) => (doc ?? '').trim().length < 4)).toEqual([]);
    expect(recordsOf(topic).filter(({ doc }) => !doc)).toEqual([]);
  });

  it('has no enumeration and no choice but "null or one type": neither can ever be widened', () => {
    const parts = [...partsOf(parseAvro(currentText(topic)))];
    expect(parts.filter(({ kind }) => kind === 'enum')).toEqual([]);
    expect(
      fieldsWhere(
        topic,
        (field) => field.type.kind === 'union' && (field.type.branches.length !== 2 || !isNullable(field)),
      ),
    ).toEqual([]);
  });

  it('gives null as the default of whatever may be null', () => {
    expect(
      fieldsWhere(topic, (field) => isNullable(field) && (!field.hasDefault || field.default !== null)),
    ).toEqual([]);
  });

  it('never holds money or quantities as floating point', () => {
    const floats = [...partsOf(parseAvro(currentText(topic)))].filter(
      (part) => part.kind === 'primitive' && (part.name === 'float' || part.name === 'double'),
    );
    expect(floats).toEqual([]);
  });

  it('stands in the table of topics', () => {
    expect(contracts.map((contract) => contract.topic)).toContain(topic);
  });
});

describe('the table of topics', () => {
  it('has a contract for each of its topics', () => {
    expect(contracts.map(({ topic }) => topic).toSorted()).toEqual(topics);
  });

  it('keeps states by compaction, except requests, which lose their sense', () => {
    const states = contracts.filter(({ kind, topic }) => kind === 'state' && topic !== 'cartage.refresh');
    expect(states.filter(({ retentionMs }) => retentionMs !== 'compacted')).toEqual([]);
    for (const contract of states)
      expect(topicSettings(contract, 3)).toMatchObject({
        'cleanup.policy': 'compact',
        'segment.ms': '86400000',
      });
  });

  it('names a writer, a reader and an owner of each topic', () => {
    for (const { topic, writers, readers, owner } of contracts)
      expect({ topic, complete: writers.length > 0 && readers.length > 0 && owner !== '' }).toEqual({
        topic,
        complete: true,
      });
  });

  it('says so where a topic carries personal data', () => {
    const personal = /^(email|firstName|lastName|telephone|street|postcode)$/;
    for (const { topic, personalData } of contracts)
      if (fieldsWhere(topic, ({ name }) => personal.test(name)).length > 0)
        expect({ topic, personalData }).toEqual({ topic, personalData: true });
  });

  it('says version and time of whatever came from a source', () => {
    for (const topic of topics.filter((name) => !name.startsWith('cartage.')))
      expect((parseAvro(currentText(topic)) as AvroRecord).fields.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['version', 'occurredAt']),
      );
  });
});

describe('keys', () => {
  // Each field filled with its own name, so that a key shows which fields it is made of.
  const sample = (schema: AvroSchema, name: string): unknown => {
    if (schema.kind === 'record')
      return Object.fromEntries(schema.fields.map((field) => [field.name, sample(field.type, field.name)]));
    if (schema.kind === 'union') return sample(schema.branches.at(-1)!, name);
    if (schema.kind === 'array' || schema.kind === 'map') return [];
    return name;
  };
  // `actor` names an operator, who answers for what was done: the one name that stands in a key. `customerId` is the shop's
  // number, which says nothing to whoever has not the shop.
  const allowed = new Set(
    'instance store incrementId source sku key group topic documentId process actor website customerId'.split(
      ' ',
    ),
  );

  it.each(contracts.map((contract) => [contract.topic, contract] as const))(
    'of %s are made of codes and numbers, never of personal data',
    (topic, contract) => {
      const value = sample(parseAvro(currentText(topic)), '') as never;
      expect(
        contract
          .key(value)
          .split('/')
          .filter((part) => !allowed.has(part)),
      ).toEqual([]);
    },
  );
});

describe('what is made from the contracts', () => {
  it('is fresh', () => {
    expect(staleFiles()).toEqual([]);
  });

  it('has no version without its contract', () => {
    const history = readdirSync(new URL('../../schemas/history', import.meta.url));
    const versions = history.filter((name) => name !== 'digests.txt');
    const unknown = versions.filter((name) => !topics.includes(name.replace(/\.\d+\.avsc$/, '')));
    expect(unknown).toEqual([]);
  });
});

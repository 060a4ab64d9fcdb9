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
import { partsOf, ruleProblems } from '../../schemas/rules.ts';
import { topicSettings } from '../../schemas/topic-settings.ts';
import { contracts } from '../../schemas/topics.ts';

const topics = contractTopics();

function recordsOf(topic: string): AvroRecord[] {
  return partsOf(parseAvro(currentText(topic))).filter((part) => part.kind === 'record');
}

function fieldsWhere(topic: string, wrong: (field: AvroField) => boolean): string[] {
  return recordsOf(topic).flatMap((record) =>
    record.fields.filter(wrong).map((field) => `${record.name}.${field.name}`),
  );
}

describe.each(topics)('%s', (topic) => {
  it('is valid Avro, its defaults included', () => {
    expect(() =>
      avro.Type.forSchema(JSON.parse(currentText(topic)) as avro.Schema, { wrapUnions: true }),
    ).not.toThrow();
  });

  it('holds nothing that a later version could not mend', () => {
    expect(ruleProblems(currentText(topic))).toEqual([]);
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
    'instance store incrementId source sku key group topic documentId process reader kind field actor website customerId'.split(
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

/** Real: the bundles. Double: what kafkajs knows of a topic's partitions. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { OutgoingRecord } from './outgoing-record.ts';
import { Bundles } from './bundles.ts';
import type { Bundle } from './bundles.ts';

const keys = Array.from({ length: 40 }, (_, index) => `us/default/${index}`);

function record(key: string, partitions = 6, topic = 'orders'): OutgoingRecord {
  return { topic, partitions, key, value: null, headers: {} };
}

let bundles: Bundles;
beforeEach(() => {
  bundles = new Bundles();
});

/** As kafkajs does it: each message is given a partition, and those of one partition lie together. */
function placed(records: readonly OutgoingRecord[], known: number): Map<number, string[]> {
  const lying = new Map<number, string[]>();
  for (const { topic, messages } of bundles.of(records))
    for (const message of messages) {
      const partition = place(topic, message, known);
      const before = lying.get(partition) ?? [];
      lying.set(partition, [...before, ...message.records.map(({ key }) => key)]);
    }
  return lying;
}

function place(topic: string, message: Bundle, known: number): number {
  const partitionMetadata = Array.from({ length: known }, () => ({}));
  return bundles.partitionOf({ topic, message, partitionMetadata } as never);
}

describe('the records of a batch', () => {
  it('lie where they lay before the number of partitions was known, in the order in which they came', () => {
    const all = keys.map((key) => record(key));
    const first = placed(all, 6);
    expect(placed(all, 6)).toEqual(first);
    expect(first.size).toBe(6);
    for (const lying of first.values()) expect(lying).toEqual(keys.filter((key) => lying.includes(key)));
  });

  it('are one bundle for each partition once the number is known', () => {
    placed([record('any')], 6);
    const [topic] = bundles.of(keys.map((key) => record(key)));
    expect(topic!.messages).toHaveLength(6);
    expect(new Set(topic!.messages.map(({ place: at }) => at?.partition)).size).toBe(6);
  });

  it('stay where they are when somebody adds partitions', () => {
    const all = keys.map((key) => record(key));
    expect(placed(all, 12)).toEqual(placed(all, 6));
  });

  it('of another topic are counted by its own partitions', () => {
    placed([record('any', 6), record('any', 1, 'cursors')], 6);
    const all = keys.flatMap((key) => [record(key), record(key, 1, 'cursors')]);
    const cursors = bundles.of(all).find(({ topic }) => topic === 'cursors')!;
    expect(cursors.messages.map(({ records }) => records.map(({ key }) => key))).toEqual([keys]);
  });

  it('are sent again when the topic has other partitions than they were gathered for', () => {
    const all = keys.map((key) => record(key));
    placed(all, 6);
    expect(() => placed(all, 3)).toThrow('orders has 3 partitions');
    expect(new Set(placed(all, 3).keys())).toEqual(new Set([0, 1, 2]));
  });

  it('are never written as messages of their own: that would be an empty record without a key', () => {
    const [{ messages } = { messages: [] }] = bundles.of([record('any')]);
    expect(() => messages[0]!.timestamp).toThrow('Kafka 2.1');
  });
});

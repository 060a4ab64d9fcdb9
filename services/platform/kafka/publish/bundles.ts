import type { Partitioners } from 'kafkajs';
import type { OutgoingRecord } from './outgoing-record.ts';
import { partitionIn } from './murmur2.ts';

type Partitioned = Parameters<ReturnType<typeof Partitioners.DefaultPartitioner>>[0];

/**
 * Records of one partition, in the place of a message: kafkajs handles one of them for each partition, and
 * `produce-request.ts` writes its records.
 */
export class Bundle {
  readonly records: readonly OutgoingRecord[];
  /** Null: of one record, whose partition is not known before kafkajs has asked how many there are. */
  readonly place: { partition: number; of: number } | null;
  /** What kafkajs looks at before it sends: there must be something. */
  readonly value = null;

  constructor(records: readonly OutgoingRecord[], place: Bundle['place']) {
    this.records = records;
    this.place = place;
  }

  /** Read where kafkajs would write a bundle itself, as an empty record without a key. */
  get timestamp(): never {
    throw new Error('the broker does not know Produce version 7: Kafka 2.1 or later is needed');
  }
}

/**
 * Gathers the records of a batch by partition: murmur2 of the key, as every Java client does it, so WMS and CRM may
 * compute it. Partitions that somebody has added since the topic was made are left out: with them a key would move, and
 * its new owner would not wait for the old one.
 */
export class Bundles {
  /** Of each topic, as kafkajs said last. */
  readonly #counts = new Map<string, number>();

  /** One entry per topic; within a partition the order in which the records were added. */
  of(records: readonly OutgoingRecord[]): { topic: string; messages: Bundle[] }[] {
    return [...Map.groupBy(records, ({ topic }) => topic)].map(([topic, own]) => ({
      topic,
      messages: this.#bundled(topic, own),
    }));
  }

  /** For kafkajs. @throws when the number of partitions is another than the bundle was made for: to be sent again. */
  partitionOf({ topic, message, partitionMetadata }: Partitioned): number {
    const { records, place } = message as unknown as Bundle;
    const { key, partitions } = records[0]!;
    const count = Math.min(partitions, partitionMetadata.length);
    this.#counts.set(topic, count);
    if (place === null) return partitionIn(key, count);
    if (place.of !== count) throw new Error(`${topic} has ${count} partitions, and no more ${place.of}`);
    return place.partition;
  }

  #bundled(topic: string, records: readonly OutgoingRecord[]): Bundle[] {
    const count = this.#counts.get(topic);
    if (count === undefined) return records.map((record) => new Bundle([record], null));
    const byPartition = Map.groupBy(records, ({ key }) => partitionIn(key, count));
    return [...byPartition].map(([partition, own]) => new Bundle(own, { partition, of: count }));
  }
}

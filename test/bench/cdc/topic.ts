import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import type { Admin } from 'kafkajs';

const lookEveryMs = 20;

/** A topic as the broker has it, by its own clock. Looking costs one small request, whatever has been published. */
export class WatchedTopic {
  readonly #kafka: Kafka;
  readonly #topic: string;
  readonly #admin: Admin;

  private constructor(kafka: Kafka, topic: string) {
    this.#kafka = kafka;
    this.#topic = topic;
    this.#admin = kafka.admin();
  }

  /** Makes the topic where it is missing. */
  static async open(bootstrap: string, name: string): Promise<WatchedTopic> {
    const kafka = new Kafka({ clientId: 'bench-cdc', brokers: [bootstrap], logLevel: logLevel.NOTHING });
    const topic = new WatchedTopic(kafka, name);
    await topic.#admin.connect();
    await topic.#admin.createTopics({ topics: [{ topic: name, numPartitions: 6, replicationFactor: 1 }] });
    return topic;
  }

  close(): Promise<void> {
    return this.#admin.disconnect();
  }

  /** How many records have been published so far. */
  async count(): Promise<number> {
    return [...(await this.ends()).values()].reduce((total, end) => total + end, 0);
  }

  /** @returns when there were so many, wall clock. */
  async until(count: number, limitMs: number): Promise<number> {
    const limit = Date.now() + limitMs;
    for (;;) {
      const found = await this.count();
      const at = Date.now();
      if (found >= count) return at;
      if (at > limit)
        throw new Error(`${this.#topic} has ${found} of ${count} records after ${limitMs / 1000} s`);
      await sleep(lookEveryMs);
    }
  }

  /** Where each partition ends. */
  async ends(): Promise<Map<number, number>> {
    const ends = await this.#admin.fetchTopicOffsets(this.#topic);
    return new Map(ends.map(({ partition, high }) => [partition, Number(high)]));
  }

  /** What came after those ends: value, and when the broker appended it. */
  async since(from: ReadonlyMap<number, number>): Promise<{ value: Buffer; appendedAt: number }[]> {
    const to = await this.ends();
    let left = [...to].reduce((sum, [partition, end]) => sum + end - from.get(partition)!, 0);
    const records: { value: Buffer; appendedAt: number }[] = [];
    const done = Promise.withResolvers<void>();
    const consumer = this.#kafka.consumer({ groupId: `bench-cdc-${Date.now()}` });
    await consumer.connect();
    await consumer.subscribe({ topic: this.#topic });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch: { partition, messages } }) => {
        for (const { offset, value, timestamp } of messages) {
          if (Number(offset) < from.get(partition)! || value === null) continue;
          records.push({ value, appendedAt: Number(timestamp) });
          left -= 1;
        }
        if (left <= 0) done.resolve();
      },
    });
    for (const [partition, offset] of from)
      consumer.seek({ topic: this.#topic, partition, offset: String(offset) });
    await done.promise;
    await consumer.disconnect();
    return records;
  }
}

import { randomBytes } from 'node:crypto';
import kafkajs from 'kafkajs';
import { connectKafka } from '../../services/platform/kafka/connect.ts';
import type { Bus } from '../../services/platform/kafka/types.ts';
import { sharedKafka, sharedRegistry } from '../infrastructure/main.ts';
import { createTopic, plainKafka } from '../infrastructure/plain-kafka.ts';

type Row = Readonly<Record<string, unknown>>;

export interface RowChange {
  before: Row | null;
  after: Row | null;
  /** Of PostgreSQL. */
  txId?: string;
  /** Of MariaDB: where it stands in the log. */
  origin?: Readonly<Record<string, unknown>>;
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Stands for Debezium: writes to a topic of its own what Debezium would write of one table, as it was recorded. */
export class DebeziumConnector {
  readonly topic = `debezium.${randomBytes(4).toString('hex')}`;
  readonly bus: Bus;
  readonly #admin: kafkajs.Admin;
  readonly #producer: kafkajs.Producer;

  private constructor() {
    const kafka = plainKafka(sharedKafka());
    this.#admin = kafka.admin();
    this.#producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    const registry = { url: sharedRegistry() };
    this.bus = connectKafka({
      brokers: [sharedKafka()],
      clientId: 'test',
      registry,
      source: 'test',
      log: quiet,
    });
  }

  static async open(): Promise<DebeziumConnector> {
    const connector = new DebeziumConnector();
    await connector.#admin.connect();
    await connector.#producer.connect();
    await connector.#make();
    return connector;
  }

  async tell(key: string, { before, after, txId, origin }: RowChange): Promise<void> {
    const op = before === null ? 'c' : after === null ? 'd' : 'u';
    const source = {
      connector: 'test',
      snapshot: 'false',
      ts_ms: Date.now(),
      txId: txId === undefined ? null : Number(txId),
      ...origin,
    };
    const values = [JSON.stringify({ before, after, source, transaction: null, op, ts_ms: Date.now() })];
    const messages = [...values, ...(op === 'd' ? [null] : [])].map((value) => ({ key, value }));
    await this.#producer.send({ topic: this.topic, messages });
  }

  /** All that stood on it is gone. */
  async recreateTopic(): Promise<void> {
    await this.#admin.deleteTopics({ topics: [this.topic] });
    await this.#make();
  }

  async close(): Promise<void> {
    await this.bus.close();
    await this.#producer.disconnect();
    await this.#admin.deleteTopics({ topics: [this.topic] });
    await this.#admin.disconnect();
  }

  async #make(): Promise<void> {
    await createTopic(this.#admin, { topic: this.topic, numPartitions: 2 });
  }
}

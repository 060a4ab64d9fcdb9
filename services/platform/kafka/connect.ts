/** Kafka as a service sees it; what stands behind each call is in the file of its name. */
import { schemaText as contractText } from '../../../schemas/topics.ts';
import type { Kafka } from 'kafkajs';
import type { Contract } from '../../../schemas/topics.ts';
import { currentFence } from '../fence.ts';
import { briefRetry, patientRetry, createClient } from './client.ts';
import { Publisher } from './publish/publisher.ts';
import { WholeTopic } from './subscribe/read-all.ts';
import { inSendSpan } from './publish/send-span.ts';
import { createRegistryApi } from './registry/registry-api.ts';
import { Registry } from './registry/registry.ts';
import { systemClock } from './subscribe/session.ts';
import { GroupMember } from './subscribe/subscription.ts';
import { createForeignDecoder } from './foreign.ts';
import { KafkaTopicAdmin } from './topics.ts';
import { topicsExist } from './topic-check.ts';
import type {
  Bus,
  Following,
  FollowOptions,
  KafkaOptions,
  Publication,
  ReadAll,
  ReadAllOptions,
  SubscribeOptions,
  Subscription,
} from './types.ts';
import type { TopicAdmin } from './topic-admin.ts';
import { createDecoder, toRecord } from './wire.ts';

/** Only tests give other texts: their topics carry names of their own. */
export interface Contracts {
  schemaText(topic: string): string;
}

/** A subscription or a reading of a whole topic. */
interface Part {
  onStopped: () => void;
  start(): Promise<void>;
  unhealthyReason(): string | null;
  stop(): Promise<void>;
}

/** Connects when it is first used, and from then on by itself whenever the connection is lost. */
export function connectKafka(
  options: KafkaOptions,
  contracts: Contracts = { schemaText: contractText },
): Bus {
  return new KafkaBus(options, contracts);
}

class KafkaBus implements Bus {
  readonly #options: KafkaOptions;
  readonly #patient: Kafka;
  readonly #brief: Kafka;
  readonly #registry: Registry;
  readonly #publisher: Publisher;
  readonly #closing = new AbortController();
  readonly #parts = new Set<Part>();
  #dead: string | null = null;

  constructor(options: KafkaOptions, contracts: Contracts) {
    this.#options = options;
    this.#patient = createClient(options, patientRetry);
    this.#brief = createClient(options, briefRetry);
    this.#registry = new Registry({
      api: createRegistryApi(options.registry),
      log: options.log,
      ...contracts,
    });
    this.#publisher = new Publisher(options);
  }

  publish<Value>(contract: Contract<Value>, { value, traceparent }: Publication<Value>): Promise<void> {
    return this.#put(contract, contract.key(value), value, traceparent ?? null);
  }

  async publishAll<Value>(
    contract: Contract<Value>,
    values: readonly Value[],
    trace: string | null = null,
  ): Promise<Map<number, Error>> {
    const fence = currentFence();
    const { topic } = contract;
    const schema = await this.#registry.writer(topic);
    return inSendSpan({ topic, count: values.length, traceparent: trace }, async (traceparent) => {
      const { source, now = Date.now } = this.#options;
      const common = { contract, source, timeMs: now(), traceparent };
      const records = values.map((value) => {
        try {
          return toRecord({ ...common, key: contract.key(value), value }, schema);
        } catch (error) {
          return error as Error;
        }
      });
      return this.#publisher.publishAll(records, fence);
    });
  }

  tombstone<Value>(contract: Contract<Value>, key: string): Promise<void> {
    return this.#put(contract, key, null, null);
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    await this.#topicsExist(options.contracts.map((contract) => contract.topic));
    const subscription = new GroupMember({ ...this.#shared(), clock: systemClock }, options);
    await this.#begin(subscription);
    return subscription;
  }

  async readAll<Value>(contract: Contract<Value>, options: ReadAllOptions<Value>): Promise<ReadAll> {
    await this.#topicsExist([contract.topic]);
    const keeping = options.isPassing ? 'nothing' : 'all';
    const decoder = createDecoder(contract as unknown as Contract<never>, this.#registry, keeping);
    return this.#read(new WholeTopic(this.#reading(), { topic: contract.topic, decoder }, options));
  }

  async follow(topic: string, options: FollowOptions): Promise<Following> {
    await this.#topicsExist([topic], 'Correct its name in the configuration, or let its writer begin');
    const decoder = createForeignDecoder(topic, this.#registry);
    const all = { ...options, onRecreated: () => options.onLost() };
    return this.#read(new WholeTopic(this.#reading(), { topic, decoder }, all));
  }

  unhealthyReason(): string | null {
    const all = [this.#publisher, this.#registry, ...this.#parts].map((one) => one.unhealthyReason());
    return [this.#dead, ...all].filter((why) => why !== null).join('; ') || null;
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the connection to Kafka is being closed'));
    await Promise.all([...this.#parts].map((part) => part.stop()));
    await this.#publisher.close();
    await this.#registry.close();
  }

  async #put<Value>(contract: Contract<Value>, key: string, value: Value | null, trace: string | null) {
    const fence = currentFence();
    // Awaited for each record: the order of the calls stays the order on the topic.
    const schema = value === null ? null : await this.#registry.writer(contract.topic);
    const { source, now = Date.now } = this.#options;
    const envelope = { contract, key, value, source, timeMs: now() };
    await inSendSpan({ topic: contract.topic, key, traceparent: trace }, (traceparent) =>
      this.#publisher.publish(toRecord({ ...envelope, traceparent }, schema), fence),
    );
  }

  async #read<Value>(reading: WholeTopic<Value>): Promise<WholeTopic<Value>> {
    await this.#begin(reading);
    return reading;
  }

  #reading() {
    return { ...this.#shared(), brief: this.#brief, source: this.#options.source };
  }

  #shared() {
    const { log } = this.#options;
    return { client: this.#patient, registry: this.#registry, log, onDead: (why: string) => this.#died(why) };
  }

  #died(why: string): void {
    this.#dead ??= `${why}. The process must be restarted`;
    this.#options.log.error({}, this.#dead);
    this.#options.onDead?.(this.#dead);
  }

  #topicsExist(topics: string[], fix = 'Run `cartage topics apply`'): Promise<void> {
    return topicsExist(this.#brief, { topics, fix }, this.#options.log, this.#closing.signal);
  }

  /** What was stopped on purpose is no trouble, and is not kept: an ingester that starts over reads its topics each time. */
  async #begin(part: Part): Promise<void> {
    part.onStopped = () => this.#parts.delete(part);
    this.#parts.add(part);
    await part.start();
  }
}

export function openTopicAdmin(
  options: KafkaOptions,
  contracts: Contracts = { schemaText: contractText },
): TopicAdmin {
  const client = createClient(options, briefRetry);
  return new KafkaTopicAdmin({ client, api: createRegistryApi(options.registry), ...contracts });
}

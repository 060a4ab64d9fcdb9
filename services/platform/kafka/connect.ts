/** Kafka as a service sees it; what stands behind each call is in the file of its name. */
import { schemaText as contractText } from '../../../schemas/topics.ts';
import type { Contract } from '../../../schemas/topics.ts';
import { BRIEF_RETRY, PATIENT_RETRY, createClient } from './client.ts';
import { inSendSpan } from './publish/send-span.ts';
import { createPublisher } from './publish/publisher.ts';
import { startReadAll } from './subscribe/read-all.ts';
import { createRegistryApi } from './registry/registry-api.ts';
import { createRegistry } from './registry/registry.ts';
import { systemClock } from './subscribe/session.ts';
import { createSubscription } from './subscribe/subscription.ts';
import { createTopicAdmin } from './topics.ts';
import { topicsExist } from './topic-check.ts';
import type { Bus, KafkaOptions, TopicAdmin } from './types.ts';
import { toRecord } from './wire.ts';

/** Only tests give other texts: their topics carry names of their own. */
export interface Contracts {
  schemaText(topic: string): string;
}

/** A subscription or a reading of a whole topic. */
interface Part {
  unhealthyReason(): string | null;
  stop(): Promise<void>;
}

/** Connects when it is first used, and from then on by itself whenever the connection is lost. */
export function connectKafka(
  options: KafkaOptions,
  contracts: Contracts = { schemaText: contractText },
): Bus {
  const { log } = options;
  const now = options.now ?? Date.now;
  const patient = createClient(options, PATIENT_RETRY);
  const brief = createClient(options, BRIEF_RETRY);
  const registry = createRegistry({ api: createRegistryApi(options.registry), log, ...contracts });
  const publisher = createPublisher(brief, options);
  const closing = new AbortController();
  const parts = new Set<Part>();
  const stopped = new WeakSet<Part>();

  async function put<Value>(
    contract: Contract<Value>,
    key: string,
    value: Value | null,
    trace: string | null,
  ) {
    // Awaited for each record: the order of the calls stays the order on the topic.
    const schema = value === null ? null : await registry.writer(contract.topic);
    const envelope = { contract, key, value, source: options.source, timeMs: now() };
    await inSendSpan({ topic: contract.topic, key, traceparent: trace }, (traceparent) =>
      publisher.publish(toRecord({ ...envelope, traceparent }, schema)),
    );
  }

  function unhealthyReasons(): string | null {
    const running = [...parts].filter((part) => !stopped.has(part));
    const found = [
      publisher.unhealthyReason(),
      registry.unhealthyReason(),
      ...running.map((part) => part.unhealthyReason()),
    ];
    return found.filter((one) => one !== null).join('; ') || null;
  }

  /** What was stopped on purpose is no trouble, and is not kept: an ingester that starts over reads its topics each time. */
  async function stopPart(part: Part): Promise<void> {
    stopped.add(part);
    await part.stop();
    parts.delete(part);
  }

  return {
    publish: (contract, { value, traceparent }) =>
      put(contract, contract.key(value), value, traceparent ?? null),
    tombstone: (contract, key) => put(contract, key, null, null),
    async subscribe(subscribe) {
      const topics = subscribe.contracts.map((contract) => contract.topic);
      await topicsExist(brief, topics, log, closing.signal);
      const made = createSubscription({ client: patient, registry, log, clock: systemClock }, subscribe);
      const { subscription } = made;
      parts.add(subscription);
      await made.start();
      return { ...subscription, stop: () => stopPart(subscription) };
    },
    async readAll(contract, readAll) {
      await topicsExist(brief, [contract.topic], log, closing.signal);
      const made = await startReadAll(
        { client: patient, brief, registry, log, source: options.source },
        contract,
        readAll,
      );
      parts.add(made);
      return { ...made, stop: () => stopPart(made) };
    },
    unhealthyReason: unhealthyReasons,
    async close() {
      closing.abort(new Error('the connection to Kafka is being closed'));
      await Promise.all([...parts].map((part) => part.stop()));
      await publisher.close();
      await registry.close();
    },
  };
}

export function openTopicAdmin(
  options: KafkaOptions,
  contracts: Contracts = { schemaText: contractText },
): TopicAdmin {
  const client = createClient(options, BRIEF_RETRY);
  return createTopicAdmin({ client, api: createRegistryApi(options.registry), ...contracts });
}

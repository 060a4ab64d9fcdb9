/**
 * The suite of `services/platform/flow/testing/broker-suite.ts`, which the simulated broker passes too. Real: a broker
 * with a proxy in front of it that can cut a process off, and the shared registry.
 */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { stock } from '../../schemas/topics.ts';
import { brokerSuite } from '../../services/platform/flow/testing/broker-suite.ts';
import type { BrokerDriver } from '../../services/platform/flow/testing/broker-suite.ts';
import type { OwnBroker } from '../infrastructure/own-broker.ts';
import { plainKafka } from '../infrastructure/plain-kafka.ts';
import { applyTopics, openBus, ownTopic, until, untyped } from './support.ts';
import type { TestBus } from './support.ts';

let own: OwnBroker;
const client = () => plainKafka(own.kafka.bootstrap);

async function asAdmin<Result>(work: (admin: kafkajs.Admin) => Promise<Result>): Promise<Result> {
  const admin = client().admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** As a member of the group, for a moment: so any offset can be stored with any metadata. */
async function store(groupId: string, topic: string, offset: number, metadata: string): Promise<void> {
  const consumer = client().consumer({ groupId });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
  await joined;
  await consumer.commitOffsets([{ topic, partition: 0, offset: String(offset), metadata }]);
  await consumer.disconnect();
}

/** kafkajs stores -2 for an offset that it finds out of range. */
async function loseOffset(groupId: string, topic: string): Promise<void> {
  await store(groupId, topic, 1_000_000, '');
  const consumer = client().consumer({ groupId });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
  await until('the offset is lost', () =>
    asAdmin(async (admin) => {
      const [found] = await admin.fetchOffsets({ groupId, topics: [topic], resolveOffsets: false });
      return found?.partitions[0]?.offset === '-2';
    }),
  );
  await consumer.disconnect();
}

async function putRaw(topic: string): Promise<void> {
  const producer = client().producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic, messages: [{ key: 'WH/raw', value: 'not avro', partition: 0 }] });
  await producer.disconnect();
}

async function open(partitions: number): Promise<BrokerDriver> {
  const topic = ownTopic(stock, partitions);
  const create = () => applyTopics(untyped(topic), { brokers: [own.kafka.bootstrap] });
  await create();
  const group = randomUUID();
  const buses: TestBus[] = [];
  return {
    topic,
    group,
    start: async () => {
      // The first one can be cut off.
      const port = buses.length === 0 ? `127.0.0.1:${own.proxy.port}` : own.kafka.bootstrap;
      const bus = openBus({ brokers: [port] });
      buses.push(bus);
      return { bus, cutOff: () => own.proxy.blackHole(true) };
    },
    putUndecodable: () => putRaw(topic.topic),
    setStored: (offset, metadata) => store(group, topic.topic, offset, metadata),
    loseOffset: () => loseOffset(group, topic.topic),
    recreateTopic: async () => {
      await asAdmin((admin) => admin.deleteTopics({ topics: [topic.topic] }));
      await until('the topic is gone', () =>
        asAdmin(async (admin) => !(await admin.listTopics()).includes(topic.topic)),
      );
      await create();
    },
    keepsOffsets: false,
    during: (work) => work,
    until: (what, holds) => until(what, holds),
    close: async () => {
      own.proxy.blackHole(false);
      await Promise.all(buses.map((bus) => bus.close()));
    },
  };
}

export function realBroker(of: OwnBroker): void {
  own = of;
  brokerSuite('the real broker', open);
}

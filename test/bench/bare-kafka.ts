/**
 * The peer of what runs on the whole line: the least that Kafka costs in Node. One producer, one consumer, plain
 * kafkajs, no contract, no promise. `node bare-kafka.ts BROKER`; then a line `COUNT PER_SECOND BYTES` on its input
 * sends that many records at that pace and prints the milliseconds from `send` to `eachMessage` of each as JSON.
 * Ends with its input.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';

const [broker = ''] = process.argv.slice(2);
const topic = 'bench.bare';
const kafka = new Kafka({ clientId: 'bench-bare', brokers: [broker], logLevel: logLevel.NOTHING });
const admin = kafka.admin();
await admin.connect();
await admin.createTopics({ topics: [{ topic, numPartitions: 6, replicationFactor: 1 }] });
await admin.disconnect();

const producer = kafka.producer({ allowAutoTopicCreation: false });
const consumer = kafka.consumer({ groupId: 'bench-bare' });
const waiting = new Map<string, (at: number) => void>();
await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic });
const joined = once(consumerEvents(), 'joined');
await consumer.run({
  eachMessage: async ({ message }) => waiting.get(message.key!.toString())?.(performance.now()),
});
await joined;
process.stdout.write('ready\n');

function consumerEvents(): EventTarget {
  const events = new EventTarget();
  consumer.on(consumer.events.GROUP_JOIN, () => events.dispatchEvent(new Event('joined')));
  return events;
}

let sent = 0;

async function latency(value: Buffer): Promise<number> {
  sent += 1;
  const key = `key-${sent}`;
  const arrived = new Promise<number>((resolve) => waiting.set(key, resolve));
  const sentAt = performance.now();
  await producer.send({ topic, acks: -1, messages: [{ key, value }] });
  const at = await arrived;
  waiting.delete(key);
  return at - sentAt;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [count = 0, perSecond = 1, bytes = 0] = line.split(' ').map(Number);
  const value = Buffer.alloc(bytes, 'x');
  const all: Promise<number>[] = [];
  for (let index = 0; index < count; index += 1) {
    all.push(latency(value));
    await sleep(1000 / perSecond);
  }
  process.stdout.write(`${JSON.stringify(await Promise.all(all))}\n`);
}
await consumer.disconnect();
await producer.disconnect();

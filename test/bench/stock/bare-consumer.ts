/**
 * The peer of the applier's reading: a kafkajs consumer that looks at nothing. `node bare-consumer.ts BROKER TOPIC COUNT`
 * reads the last COUNT records of the topic and prints the milliseconds from its start to the last one.
 */
import { Kafka, logLevel } from 'kafkajs';

const [broker = '', topic = '', count = ''] = process.argv.slice(2);
const startedAt = performance.now();
const kafka = new Kafka({ clientId: 'bench-bare-reader', brokers: [broker], logLevel: logLevel.NOTHING });
const admin = kafka.admin();
await admin.connect();
const ends = await admin.fetchTopicOffsets(topic);
await admin.disconnect();
const consumer = kafka.consumer({ groupId: `bench-bare-reader-${Date.now()}` });
const done = Promise.withResolvers<void>();
let left = Number(count);
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    left -= batch.messages.length;
    if (left <= 0) done.resolve();
  },
});
// The keys are spread evenly, and so are the records.
for (const { partition, high } of ends) {
  const offset = Math.max(0, Number(high) - Math.ceil(Number(count) / ends.length));
  consumer.seek({ topic, partition, offset: String(offset) });
}
await done.promise;
process.stdout.write(`${performance.now() - startedAt}\n`);
process.exit(0);

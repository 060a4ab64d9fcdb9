/**
 * The peer of the applier's reading: a kafkajs consumer that looks at nothing. `node bare-consumer.ts BROKER TOPIC COUNT`
 * reads about the last COUNT records of the topic, evenly over its partitions, and prints how many a second from its start
 * to the last one.
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
/** As far as a partition has so many. */
const starts = ends.map(({ partition, high }) => {
  const offset = Math.max(0, Number(high) - Math.ceil(Number(count) / ends.length));
  return { partition, offset, count: Number(high) - offset };
});
const all = starts.reduce((sum, start) => sum + start.count, 0);
let left = all;
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    left -= batch.messages.length;
    if (left <= 0) done.resolve();
  },
});
for (const { partition, offset } of starts) consumer.seek({ topic, partition, offset: String(offset) });
await done.promise;
process.stdout.write(`${(all * 1000) / (performance.now() - startedAt)}\n`);
process.exit(0);

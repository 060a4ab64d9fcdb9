import { plainKafka } from '../infrastructure/plain-kafka.ts';

/** Writes bytes to a topic as somebody else might, past every contract. */
export async function produceBytes(
  bootstrap: string,
  topic: string,
  key: string,
  value: Buffer,
): Promise<void> {
  const kafka = plainKafka(bootstrap);
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    await producer.send({ topic, messages: [{ key, value }] });
  } finally {
    await producer.disconnect();
  }
}

import kafkajs from 'kafkajs';

/** Writes bytes to a topic as somebody else might, past every contract. */
export async function produceBytes(
  bootstrap: string,
  topic: string,
  key: string,
  value: Buffer,
): Promise<void> {
  const kafka = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    await producer.send({ topic, messages: [{ key, value }] });
  } finally {
    await producer.disconnect();
  }
}

import { describe, expect, it } from '@jest/globals';
import type { Cluster } from 'kafkajs';
import { topicIdOf } from './topic-identity.ts';

/** The answer of a broker to Metadata, version 10, up to the id: one broker, one topic. */
function answerOf(id: Buffer): Buffer {
  const text = (words: string) => Buffer.concat([Buffer.from([words.length + 1]), Buffer.from(words)]);
  const int32 = Buffer.alloc(4);
  const brokers = [Buffer.from([2]), int32, text('localhost'), int32, Buffer.from([0, 0])];
  const topics = [Buffer.from([2, 0, 0]), text('erp.stock'), id];
  return Buffer.concat([Buffer.from([0]), int32, ...brokers, text('cluster'), int32, ...topics]);
}

function clusterThatAnswers(answer: Buffer): Cluster {
  const connectionPool = {
    send: ({ response }: { response: { decode(bytes: Buffer): Promise<unknown> } }) =>
      response.decode(answer),
  };
  return {
    findLeaderForPartitions: () => ({ 0: [0] }),
    findBroker: async () => ({ versions: { 3: { maxVersion: 12 } }, connectionPool }),
  } as unknown as Cluster;
}

describe('the id of a topic', () => {
  it('is read from the answer of its leader', async () => {
    const id = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
    expect(await topicIdOf(clusterThatAnswers(answerOf(id)), 'erp.stock', 0)).toBe(id.toString('hex'));
  });

  it('is unknown while the brokers have given it none: the first one is not that of another topic', async () => {
    expect(await topicIdOf(clusterThatAnswers(answerOf(Buffer.alloc(16))), 'erp.stock', 0)).toBeNull();
  });
});

/** Real: three brokers. Asserted: what the cluster's fault tests take for granted. */
import { expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { namedBrokers } from '../../deploy/local/kafka-metadata.ts';
import type { ThreeBrokers } from './main.ts';
import { until } from '../kafka/support.ts';
import { createTopic, plainKafka } from './plain-kafka.ts';

/** @param cluster is asked when the tests run */
export function threeBrokers(cluster: () => ThreeBrokers): void {
  const ports = () => cluster().brokers.map((broker) => Number(broker.bootstrap.split(':')[1]));
  const namedBy = async (port: number) =>
    new Set((await namedBrokers('127.0.0.1', port)).map((one) => one.port));

  it('is three brokers, each of which names all three', async () => {
    for (const port of ports()) {
      expect(await namedBy(port)).toEqual(new Set(ports()));
    }
  });

  it('keeps three copies, of which two acknowledge, of a topic that says nothing about it', async () => {
    const brokers = cluster().brokers.map((broker) => broker.bootstrap);
    const admin = plainKafka(brokers).admin();
    await admin.connect();
    await createTopic(admin, { topic: 'plain', numPartitions: 1, replicationFactor: -1 });
    const told = async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: ['plain'] });
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [
          { type: kafkajs.ConfigResourceTypes.TOPIC, name: 'plain', configNames: ['min.insync.replicas'] },
        ],
      });
      return `${topics[0]!.partitions[0]!.replicas.length}, ${resources[0]!.configEntries[0]!.configValue}`;
    };
    // Each question may go to another broker, which has not heard of the topic yet.
    await until(
      'three copies, of which two acknowledge',
      async () => (await told().catch(String)) === '3, 2',
    );
    await admin.disconnect();
  });

  it('lives on with two, and the third comes back at its address', async () => {
    const [first, ...others] = ports();
    await cluster().brokers[0]!.kill();
    expect(await namedBy(first!)).toEqual(new Set());
    for (const port of others) expect([...(await namedBy(port))]).toContain(port);
    await cluster().brokers[0]!.restart();
    await cluster().allNamed();
    expect(await namedBy(first!)).toEqual(new Set(ports()));
  });
}

/** The topics as Strimzi KafkaTopic manifests, for clusters whose operator owns the topics instead of `cartage topics apply`. */
import { topicSettings } from '../../schemas/topic-settings.ts';
import type { Contract } from '../../schemas/topics.ts';
import { documents } from './yaml.ts';

const replicas = 3;

export function kafkaTopics(contracts: readonly Contract<never>[]): string {
  return documents(
    'The operator makes the topics; contracts are still registered by `cartage topics apply`.',
    contracts.map((contract) => ({ data: kafkaTopic(contract) })),
  );
}

function kafkaTopic(contract: Contract<never>) {
  return {
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'KafkaTopic',
    metadata: {
      name: contract.topic,
      labels: { 'strimzi.io/cluster': 'kafka', 'app.kubernetes.io/part-of': 'cartage' },
    },
    spec: {
      partitions: contract.partitions,
      replicas,
      config: topicSettings(contract, replicas),
    },
  };
}

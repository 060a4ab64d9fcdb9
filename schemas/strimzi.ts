/** The topics as Strimzi KafkaTopic manifests, for clusters whose operator owns the topics instead of `cartage topics apply`. */
import { topicSettings } from './topics.ts';
import type { Contract } from './topics.ts';

export function strimziManifests(contracts: readonly Contract<never>[]): string {
  const head =
    '# Made from schemas/topics.ts by `npm run generate`. Do not edit.\n' +
    '# The operator makes the topics; contracts are still registered by `cartage topics apply`.\n';
  return head + contracts.map(manifestOf).join('---\n');
}

function manifestOf(contract: Contract<never>): string {
  const settings = Object.entries(topicSettings(contract)).map(([name, value]) => `    ${name}: '${value}'`);
  return [
    'apiVersion: kafka.strimzi.io/v1',
    'kind: KafkaTopic',
    'metadata:',
    `  name: ${contract.topic}`,
    '  labels:',
    '    strimzi.io/cluster: kafka',
    '    app.kubernetes.io/part-of: cartage',
    'spec:',
    `  partitions: ${contract.partitions}`,
    '  replicas: 3',
    '  config:',
    ...settings,
    '',
  ].join('\n');
}

/** The parts of docker-compose.yml and of Prometheus' configuration that are made. */
import {
  asKafkaEnvironment,
  asPostgresArguments,
  javaHeapMiB,
  kafkaSettings,
  postgresSettings,
} from '../local/settings.ts';
import { drainTimeoutMs } from '../../services/platform/lifecycle/signals.ts';
import { operatorPort, type ProcessRow } from '../../services/platform/processes.ts';
import { withBlock } from './blocks.ts';
import { yaml } from './yaml.ts';

export function withComposeServices(text: string, rows: readonly ProcessRow[]): string {
  const blocks = {
    'grace period': `stop_grace_period: ${drainTimeoutMs / 1000 + 5}s\n`,
    processes: rows.map(service).join(''),
    'settings of Kafka': yaml({
      ...asKafkaEnvironment(kafkaSettings(1)),
      KAFKA_HEAP_OPTS: `-Xmx${javaHeapMiB}m`,
    }),
    'settings of the registry': yaml({ JAVA_OPTS_APPEND: `-Xmx${javaHeapMiB}m` }),
    'settings of PostgreSQL': yaml({
      command: ['postgres', ...asPostgresArguments(postgresSettings({ durable: true }))],
    }),
  };
  return Object.entries(blocks).reduce((made, [name, inner]) => withBlock(made, name, inner), text);
}

function service({ name, called, listens, memoryMiB }: ProcessRow): string {
  const port = listens.find((one) => one.name === called?.port)?.port ?? operatorPort;
  return [
    `${name}:`,
    '  <<: *cartage',
    `  environment: { <<: *environment, SERVICE: ${name} }`,
    `  mem_limit: ${memoryMiB.limit}m`,
    ...(called ? [`  ports: ['127.0.0.1:${called.onHost}:${port}']`] : []),
    '',
  ].join('\n');
}

export function withTargets(text: string, rows: readonly ProcessRow[]): string {
  return withBlock(text, 'targets', rows.map(({ name }) => `- ${name}:${operatorPort}\n`).join(''));
}

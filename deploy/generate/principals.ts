/** The rights of rights.ts, as Strimzi takes them and as `kafka-acls.sh` does, and who logs in with which. */
import { commandLine, type ProcessRow } from '../../services/platform/processes.ts';
import { principalName, principals, type Principal, type Right } from './rights.ts';
import { documents, madeHere, type Commented } from './yaml.ts';

export function kafkaUsers(rows: readonly ProcessRow[], instance: string): string {
  return documents(
    "The operator makes a Secret of the same name with the password, in the namespace of Kafka: copy it to Cartage's.\n" +
      `For the shop instance ${instance}; for another: \`npm run generate -- --instance NAME\`.`,
    principals(rows, instance).map(kafkaUser),
  );
}

function kafkaUser({ name, rights }: Principal): Commented {
  const data = {
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'KafkaUser',
    metadata: {
      name,
      labels: { 'strimzi.io/cluster': 'kafka', 'app.kubernetes.io/part-of': 'cartage' },
    },
    spec: {
      authentication: { type: 'scram-sha-512' },
      authorization: {
        type: 'simple',
        acls: rights.map((right) => ({
          resource: {
            type: right.resource,
            name: right.name,
            patternType: right.resource === 'group' ? 'prefix' : 'literal',
          },
          operations: [...right.operations],
        })),
      },
    },
  };
  return { data };
}

/**
 * A script for clusters without an operator. Rights with the same operations stand on one line: each line starts a
 * JVM.
 */
export function aclScript(rows: readonly ProcessRow[], instance: string): string {
  const lines = principals(rows, instance).flatMap((principal) => [
    '',
    `# ${principal.of}`,
    ...[...Map.groupBy(principal.rights, sameLine).values()].map((rights) => aclLine(principal, rights)),
  ]);
  return `#!/bin/sh
# ${madeHere}
# The rights of each process on a cluster without an operator; a second run changes nothing. Give each user a password
# first (kafka-configs.sh --alter --add-config 'SCRAM-SHA-512=[password=...]' --entity-type users --entity-name NAME).
# For the shop instance ${instance}; for another: \`npm run generate -- --instance NAME\`.
#   ACLS='kafka-acls.sh --bootstrap-server HOST:PORT --command-config admin.properties' sh deploy/kafka/acls.sh
set -eu
${lines.join('\n')}
`;
}

const sameLine = ({ resource, operations }: Right) => [resource, ...operations].join();

function aclLine({ name }: Principal, rights: readonly Right[]): string {
  const [{ resource, operations }] = rights as [Right];
  return [
    '$ACLS --add',
    `--allow-principal User:${name}`,
    ...(resource === 'group' ? ['--resource-pattern-type prefixed'] : []),
    ...operations.map((operation) => `--operation ${operation}`),
    ...rights.map((right) => `--${resource} '${right.name}'`),
  ].join(' ');
}

/** Patches that give each process the log-in of its own principal instead of the common one. */
export function loginPatches(rows: readonly ProcessRow[], instance: string): string {
  const named = [
    ...[...rows, commandLine].map(({ name }) => ({ kind: 'Deployment', name, process: name })),
    { kind: 'Job', name: 'topics', process: commandLine.name },
  ];
  return documents(
    'Each process logs in as itself. The Secrets are those that Strimzi makes of strimzi/users.yaml, or your own: a key\n' +
      '`password` each.',
    named.map(({ kind, name, process }) => ({
      data: {
        apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
        kind,
        metadata: { name },
        spec: {
          template: {
            spec: {
              containers: [
                {
                  name: 'cartage',
                  env: [{ name: 'KAFKA_USERNAME', value: principalName(instance, process) }],
                },
              ],
              volumes: [{ name: 'kafka', secret: { secretName: principalName(instance, process) } }],
            },
          },
        },
      },
    })),
  );
}

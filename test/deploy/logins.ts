/** A broker that asks who is there: each process with a log-in of its own, and the rights that are made for it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import type { AclEntry } from 'kafkajs';
import type { Principal, Right } from '../../deploy/generate/rights.ts';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import type { Settings } from '../../deploy/local/settings.ts';

const password = 'only-for-this-test';

/**
 * Who comes by the proxied listener says who it is, and may do only what it was given; who comes by the other one is
 * the administrator.
 */
export function brokerWithLogins(users: readonly string[]): Settings {
  const accounts = users.map((user) => `user_${user}="${password}"`).join(' ');
  const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  return {
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
    'listener.security.protocol.map':
      'PLAINTEXT:PLAINTEXT,BETWEEN:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:SASL_PLAINTEXT',
    'listener.name.proxied.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.proxied.plain.sasl.jaas.config': `${login} ${accounts};`,
  };
}

export const loginOf = (user: string): Record<string, string> => ({
  KAFKA_USERNAME: user,
  KAFKA_PASSWORD: password,
});

/** sandbox.yaml with a log-in, written to a folder. */
export function sandboxWithLogin(folder: string): string {
  const text = readFileSync(join(projectFolder, 'deploy/config/sandbox.yaml'), 'utf8');
  const login = "  sasl: { mechanism: plain, username: '${KAFKA_USERNAME}', password: '${KAFKA_PASSWORD}' }";
  const file = join(folder, 'sandbox.yaml');
  writeFileSync(file, text.replace(/^kafka:\n/m, `kafka:\n${login}\n`));
  return file;
}

/** A client; with a user it comes as one of the processes, else as the administrator. */
export function kafkaAs(brokers: string, user?: string): kafkajs.Kafka {
  return new kafkajs.Kafka({
    brokers: [brokers],
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 0 },
    ...(user ? { sasl: { mechanism: 'plain' as const, username: user, password } } : {}),
  });
}

/** What `kafka-acls.sh` or Strimzi would do with them. */
export async function giveRights(brokers: string, principals: readonly Principal[]): Promise<void> {
  const admin = kafkaAs(brokers).admin();
  await admin.connect();
  try {
    await admin.createAcls({
      acl: principals.flatMap(({ name, rights }) => rights.flatMap((right) => entries(name, right))),
    });
  } finally {
    await admin.disconnect();
  }
}

const { AclOperationTypes: types } = kafkajs;
const operationTypes = {
  Read: types.READ,
  Write: types.WRITE,
  Describe: types.DESCRIBE,
  Delete: types.DELETE,
  Create: types.CREATE,
  AlterConfigs: types.ALTER_CONFIGS,
} as const;

function entries(user: string, { resource, name, operations }: Right): AclEntry[] {
  const { AclResourceTypes, AclPermissionTypes, ResourcePatternTypes } = kafkajs;
  return operations.map((operation) => ({
    resourceType: resource === 'topic' ? AclResourceTypes.TOPIC : AclResourceTypes.GROUP,
    resourceName: name,
    resourcePatternType: resource === 'group' ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
    principal: `User:${user}`,
    host: '*',
    operation: operationTypes[operation],
    permissionType: AclPermissionTypes.ALLOW,
  }));
}

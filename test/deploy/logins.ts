/** A broker that asks who is there: each process with a log-in of its own, and the rights that are made for it. */
import kafkajs from 'kafkajs';
import type { AclEntry } from 'kafkajs';
import type { Principal, Right } from '../../deploy/generate/rights.ts';
import type { Settings } from '../../deploy/local/settings.ts';
import { plainKafka } from '../infrastructure/plain-kafka.ts';

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

/** What the configuration says of the log-in, by path. */
export const withLogin = {
  'kafka.sasl': { mechanism: 'plain', username: '${KAFKA_USERNAME}', password: '${KAFKA_PASSWORD}' },
};

export const loginOf = (user: string): Record<string, string> => ({
  KAFKA_USERNAME: user,
  KAFKA_PASSWORD: password,
});

/** A client; with a user it comes as one of the processes, else as the administrator. */
export function kafkaAs(brokers: string, user?: string): kafkajs.Kafka {
  return plainKafka(brokers, {
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

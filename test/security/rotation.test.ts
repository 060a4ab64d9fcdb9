/**
 * Real: a broker with SCRAM over TLS, PostgreSQL with scram-sha-256, the exporter as its own process. Double: a registry
 * that asks for a log-in, in front of the shared one. Asserted: the broker's certificate, with the authority behind it,
 * and all three passwords change under the running process, first at the other side and then in the files; nothing is
 * lost, nothing is exported twice, nothing is restarted.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { Client } from 'pg';
import { javaCommand, javaFlags, javaProgram } from '../../deploy/local/java.ts';
import { orders, parked } from '../../schemas/topics.ts';
import { connectKafka } from '../../services/platform/kafka/connect.ts';
import type { Bus, KafkaOptions } from '../../services/platform/kafka/types.ts';
import { applyTopics } from '../infrastructure/apply-topics.ts';
import { plainKafka } from '../infrastructure/plain-kafka.ts';
import { freshDatabase, sharedRegistry, startKafka, startTcpProxy } from '../infrastructure/main.ts';
import type { FreshDatabase, TcpProxy, TestKafka } from '../infrastructure/main.ts';
import { eventually, ordersConfig, ownInstance, platformConfig, startProcess } from '../orders/support.ts';
import type { RunningProcess } from '../orders/support.ts';
import { selfSigned, storePassword } from './certificates.ts';
import { anOrder } from '../sandbox/erp/testing/order.ts';

const instance = ownInstance();
const role = instance.replaceAll('-', '_');
const folder = mkdtempSync(join(tmpdir(), 'cartage-rotation-'));
const keystoreSetting = 'listener.name.proxied.ssl.keystore.location';
let proxy: TcpProxy;
let kafka: TestKafka;
let database: FreshDatabase;
let owner: Client;
let registry: Server;
let exporter: RunningProcess;
let bus: Bus;
/** What the registry takes, and who came with it. */
let registryPassword = 'first';
const cameWith: string[] = [];

beforeAll(async () => {
  await Promise.all(['first', 'second'].map((name) => selfSigned(folder, name, 'broker')));
  proxy = await startTcpProxy();
  kafka = await startKafka({
    advertisedProxyPort: proxy.port,
    settings: {
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:SASL_SSL',
      'listener.name.proxied.ssl.keystore.type': 'PKCS12',
      'listener.name.proxied.ssl.keystore.password': storePassword,
      [keystoreSetting]: join(folder, 'first.p12'),
      'sasl.enabled.mechanisms': 'SCRAM-SHA-256',
      'listener.name.proxied.scram-sha-256.sasl.jaas.config':
        'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    },
  });
  proxy.forwardTo(kafka.proxiedPort ?? 0);
  await setKafkaPassword('first');
  const open: KafkaOptions = {
    brokers: [kafka.bootstrap],
    clientId: 'test',
    registry: { url: sharedRegistry() },
    source: `cartage/${instance}/test`,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  await applyTopics(kafka.bootstrap, sharedRegistry());
  bus = connectKafka(open);
  registry = await guardedRegistry();
  await prepareDatabase();
  writeSecrets('first');
  trust('first');
  exporter = await startProcess('order-exporter', configuration());
  await exporter.logged('The group has given out its partitions');
});
afterAll(async () => {
  await exporter?.stop();
  await bus?.close();
  registry?.close();
  await dropRole();
  await proxy?.close();
  await kafka?.remove();
  rmSync(folder, { recursive: true });
});

/** Clients that are connected stay so: Kafka checks a password when a connection is made. */
async function setKafkaPassword(password: string): Promise<void> {
  const command = [...javaFlags, '-cp', `${javaProgram('kafka')}/*`, 'kafka.admin.ConfigCommand'];
  const change = ['--alter', '--add-config', `SCRAM-SHA-256=[password=${password}]`];
  const user = ['--entity-type', 'users', '--entity-name', 'cartage'];
  await promisify(execFile)(javaCommand(), [
    ...command,
    '--bootstrap-server',
    kafka.bootstrap,
    ...change,
    ...user,
  ]);
}

/** What is connected stays so here too. */
async function setKafkaCertificate(name: string): Promise<void> {
  const admin = plainKafka(kafka.bootstrap).admin();
  await admin.connect();
  const configEntries = [{ name: keystoreSetting, value: join(folder, `${name}.p12`) }];
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.BROKER, name: '1', configEntries }],
  });
  await admin.disconnect();
  // The broker answers before it has done so.
  await eventually('the certificate to be shown', () => isShown(name));
}

function isShown(name: string): Promise<boolean> {
  const ca = readFileSync(join(folder, `${name}.pem`));
  const socket = connectTls({ host: '127.0.0.1', port: kafka.proxiedPort!, ca });
  return once(socket, 'secureConnect')
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy());
}

async function guardedRegistry(): Promise<Server> {
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** As the registry behind it, for who comes with its password. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const [, given = ''] = atob((request.headers.authorization ?? '').slice('Basic '.length)).split(':');
  cameWith.push(given);
  if (given !== registryPassword) return void response.writeHead(401).end('{"message":"no"}');
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
  const url = new URL(request.url ?? '/', sharedRegistry());
  const method = request.method ?? 'GET';
  const found = await fetch(url, { method, headers, body: method === 'GET' ? null : body });
  response.writeHead(found.status, headers).end(await found.text());
}

/** A role that logs in with a password, on a server that trusts everybody else. */
async function prepareDatabase(): Promise<void> {
  database = await freshDatabase();
  owner = new Client({ connectionString: database.url });
  await owner.connect();
  await owner.query(`create role ${role} login password 'first'`);
  await owner.query(`create table sale (key text primary key, kind text); create table write (key text);
    create function sell(given text) returns void language plpgsql as $$ begin
      if given like '%9' then raise exception 'not this one'; end if;
      insert into sale values (given); insert into write values (given);
    end $$; grant select, insert on sale, write to ${role}`);
  await editHba(`'host all ${role} 127.0.0.1/32 scram-sha-256' || chr(10) ||`);
}

async function editHba(before: string): Promise<void> {
  const { rows } = await owner.query<{ file: string }>(`select current_setting('hba_file') as file`);
  const file = rows[0]!.file;
  const kept = `regexp_replace(pg_read_file('${file}'), '[^\\n]*${role}[^\\n]*\\n', '', 'g')`;
  // As lines: COPY would write a line break inside a value as \\n.
  await owner.query(
    `copy (select regexp_split_to_table(${before} ${kept}, '\\n')) to '${file}' (format csv, quote '~')`,
  );
  await owner.query('select pg_reload_conf()');
}

async function dropRole(): Promise<void> {
  if (!owner) return;
  await editHba('');
  await owner.query(`drop owned by ${role}; drop role ${role}`);
  await owner.end();
  await database.drop();
}

const names = ['KAFKA', 'REGISTRY', 'DATABASE'] as const;
const fileOf = (name: string) => join(folder, name);

function writeSecrets(password: string): void {
  for (const name of names) writeFileSync(fileOf(name), `${password}\n`);
}

const trust = (name: string) => copyFileSync(join(folder, `${name}.pem`), fileOf('AUTHORITY'));

function configuration(): object {
  for (const name of [...names, 'AUTHORITY']) process.env[`ROTATED_${name}_FILE`] = fileOf(name);
  const { kafka: section } = platformConfig(instance) as { kafka: object };
  const { hostname, port, pathname } = new URL(database.url);
  const registryUrl = `http://127.0.0.1:${(registry.address() as AddressInfo).port}${new URL(sharedRegistry()).pathname}`;
  return {
    ...platformConfig(instance),
    kafka: {
      ...section,
      brokers: [`127.0.0.1:${proxy.port}`],
      ssl: { ca: '${ROTATED_AUTHORITY}' },
      sasl: { mechanism: 'scram-sha-256', username: 'cartage', password: '${ROTATED_KAFKA}' },
      registry: { url: registryUrl, username: 'cartage', password: '${ROTATED_REGISTRY}' },
    },
    orders: ordersConfig(),
    erp: {
      connection: {
        url: `postgres://${role}:\${ROTATED_DATABASE}@${hostname}:${port}${pathname}`,
        statementTimeoutMs: 4_000,
      },
      orders: {
        lookup: 'select key as id, key as reference from sale where key = $key',
        create: [{ name: 'insert_sale', sql: 'select sell($key)' }],
        settleMs: 500,
      },
    },
  };
}

async function publish(incrementId: string): Promise<void> {
  const order = anOrder({ incrementId, lines: [{ sku: 'A', quantity: 1, priceMinor: 100 }] });
  await bus.publish(orders, { value: { ...order, instance } });
}

async function written(): Promise<string[]> {
  const { rows } = await owner.query<{ key: string }>('select key from write order by key');
  return rows.map(({ key }) => key.split('/').at(-1)!);
}

it('the certificate of the broker changes under a running process, and then what it is to trust', async () => {
  await publish('000000001');
  await eventually('the first order', async () => (await written()).length === 1);

  await setKafkaCertificate('second');
  proxy.cutConnections();
  await publish('000000002');
  await eventually('the certificate to be refused', () =>
    JSON.stringify(exporter.lines).includes('self-signed certificate'),
  );
  expect(await written()).toEqual(['000000001']);

  trust('second');
  await eventually('the second order', async () => (await written()).length === 2);
});

it('all passwords change under a running process, and nothing is lost or doubled by it', async () => {
  const before = ['000000001', '000000002'];
  expect(await written()).toEqual(before);
  await setKafkaPassword('second');
  await owner.query(`alter role ${role} password 'second'`);
  registryPassword = 'second';
  // Whatever is connected has to come again, with what is no longer right.
  proxy.cutConnections();
  await owner.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`);
  await publish('000000003');
  await publish('000000009');
  await eventually('Kafka to refuse it', () =>
    JSON.stringify(exporter.lines).includes('authentication failed'),
  );
  expect(await written()).toEqual(before);

  writeSecrets('second');
  await eventually('the third order', async () => (await written()).includes('000000003'));
  const records: string[] = [];
  await bus.readAll(parked, { onRecord: ({ value }) => void (value?.key && records.push(value.key)) });
  // The first record on that topic: its schema is asked of the registry, with the password of now.
  await eventually('the refused order to be parked', () => records.length > 0);
  await publish('000000004');
  await eventually('the fourth order', async () => (await written()).includes('000000004'));

  expect(await written()).toEqual([...before, '000000003', '000000004']);
  expect(records).toEqual([`${instance}/default/000000009`]);
  expect(cameWith.at(-1)).toBe('second');
  const starts = exporter.lines.filter(({ msg }) => msg === 'started');
  expect(starts).toHaveLength(1);
  for (const secret of ['first', 'second'])
    expect(exporter.lines.filter((line) => JSON.stringify(line).includes(`:${secret}@`))).toEqual([]);
});

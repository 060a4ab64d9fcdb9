/**
 * Real: broker and registry of the run, and the reader that schemas/README.md shows, run as its own process.
 * Asserted: what that page promises to a subscriber.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { stateFolder } from '../../deploy/local/install/places.mjs';
import { schemaText, stock } from '../../schemas/topics.ts';
import type { Stock } from '../../schemas/types.ts';
import { sharedKafka, sharedRegistry } from '../infrastructure/main.ts';
import { createTopic, plainKafka } from '../infrastructure/plain-kafka.ts';

const topic = `subscriber.${randomUUID()}`;
// Within the project, so that the program finds its packages.
const folder = join(stateFolder, `subscriber-${process.pid}`);
const kafka = plainKafka(sharedKafka());
const admin = kafka.admin();
const producer = kafka.producer();
let schemaId = 0;
let registry: SchemaRegistry;
let reader: ChildProcess | undefined;
let said = '';

beforeAll(async () => {
  registry = new SchemaRegistry({ host: sharedRegistry() });
  const { id } = await registry.register(
    { type: 'AVRO' as never, schema: schemaText(stock.topic) },
    { subject: `${topic}-value` },
  );
  schemaId = id;
  await admin.connect();
  await createTopic(admin, { topic, numPartitions: 1 });
  await producer.connect();
});

afterAll(async () => {
  if (reader?.exitCode === null) {
    reader.kill('SIGKILL');
    await once(reader, 'exit');
  }
  await producer.disconnect();
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  rmSync(folder, { recursive: true, force: true });
});

function exampleOfReadme(): string {
  const page = readFileSync(new URL('../../schemas/README.md', import.meta.url), 'utf8');
  const block = /<!-- run by test\/contracts\/subscriber\.test\.ts -->\s*```js\n(.*?)```/s.exec(page);
  if (!block) throw new Error('schemas/README.md has lost the example that this test runs');
  return block[1]!;
}

function startReader(): ChildProcess {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'reader.mjs');
  writeFileSync(file, exampleOfReadme());
  const env = { ...process.env, KAFKA: sharedKafka(), REGISTRY: sharedRegistry(), TOPIC: topic };
  // Of kafkajs by itself on this version of Node, see idle-loop.ts.
  const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', file], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return child;
}

async function send(quantity: string, number: number): Promise<void> {
  const value: Stock = {
    source: 'WH1',
    sku: 'A/1',
    occurredAt: null,
    version: { epoch: 1, number },
    sourceKey: '{"product_id":1}',
    quantity,
    sellable: true,
    deleted: false,
    twin: null,
    backorders: null,
    buffer: null,
  };
  const message = { key: stock.key(value), value: await registry.encode(schemaId, value) };
  await producer.send({ topic, messages: [message] });
}

// Kafka's log lines go to the same output; what the reader says itself is what names its key.
const linesOfReader = () => said.split('\n').filter((line) => line.includes('A/1') && !line.startsWith('{'));

it('keeps the newest value, takes an equal version, drops a lower one, and hears that a key is gone', async () => {
  await send('5.0000', 20);
  await send('4.0000', 10);
  await send('6.0000', 20);
  await producer.send({ topic, messages: [{ key: 'WH1/A/1', value: null }] });
  await send('7.0000', 5);
  reader = startReader();
  while (!said.includes('7.0000') && reader.exitCode === null)
    await Promise.race([once(reader.stdout!, 'data'), once(reader, 'exit')]);
  expect(linesOfReader()).toEqual([
    'A/1 at WH1: 5.0000',
    'A/1 at WH1: 6.0000',
    'WH1/A/1 is gone',
    'A/1 at WH1: 7.0000',
  ]);
  reader.kill('SIGTERM');
  const [code] = (await once(reader, 'exit')) as [number | null];
  expect(code).toBe(0);
});

/**
 * Real: a broker that authorizes (StandardAuthorizer, a log-in per process), the rights that are made from the tables,
 * every process. Stand-ins: the sandbox shop and the sandbox ERP. Asserted: with these rights all flows go, and with the
 * rights of one process nothing of another's can be done.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Admin } from 'kafkajs';
import { principalName, principals } from '../../deploy/generate/rights.ts';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { processes } from '../../services/platform/processes.ts';
import { runFolder } from '../infrastructure/folder.ts';
import { sharedRegistry } from '../infrastructure/main.ts';
import { produceBytes } from '../journeys/bytes.ts';
import { allProcesses, openStack } from '../journeys/stack.ts';
import type { Stack } from '../journeys/stack.ts';
import { until } from '../journeys/wait.ts';
import { brokerWithLogins, giveRights, kafkaAs, loginOf, withLogin } from './logins.ts';

const instance = 'sandbox';
const granted = principals(processes, instance);
const user = (name: string) => principalName(instance, name);
let stack: Stack;

beforeAll(async () => {
  stack = await openStack({
    configuration: withLogin,
    environmentOf: (name) => loginOf(user(name)),
    kafkaSettings: brokerWithLogins(granted.map(({ name }) => name)),
  });
  await giveRights(stack.kafka.bootstrap, granted);
});

afterAll(async () => stack?.close());

/** Where one has to say who one is. */
const door = () => `127.0.0.1:${stack.proxy.port}`;

/** Never waited for without the event loop: the way to the broker leads through this process. */
async function commandLine(...words: string[]): Promise<{ code: number | null; output: string }> {
  const env = {
    ...process.env,
    ...loginOf(user('cli')),
    CARTAGE_CONFIG: stack.environment.CARTAGE_CONFIG,
    KAFKA_BROKERS: door(),
    REGISTRY_URL: sharedRegistry(),
  };
  const child = spawn(process.execPath, ['services/cli/main.ts', ...words], { cwd: projectFolder, env });
  const said = [child.stdout, child.stderr].map((stream) => text(stream));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: (await Promise.all(said)).join('') };
}

interface Refusal extends Error {
  /** Of topics. */
  errors?: Error[];
  /** Of groups. */
  groups?: { error?: Error }[];
}

/** What the broker says to a request; `allowed` when it does as it is told. */
async function answerTo(ask: Promise<unknown>): Promise<string> {
  return ask.then(
    () => 'allowed',
    ({ message, errors = [], groups = [] }: Refusal) =>
      [message, ...[...errors, ...groups.map(({ error }) => error)].map((error) => error?.message)].join(
        ': ',
      ),
  );
}

describe('with the rights that are made for it', () => {
  it('the command line makes the topics', async () => {
    const admin = kafkaAs(stack.kafka.bootstrap).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: ['erp.prices'] });
    await until('the topic gone', async () => !(await admin.listTopics()).includes('erp.prices'));
    await admin.disconnect();
    const { code, output } = await commandLine('topics', 'apply');
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/erp\.prices/) as unknown });
  });

  it('every process starts, and goods, orders and parcels go their ways', async () => {
    const all = [...allProcesses, 'console', 'reconciler'] as const;
    await Promise.all(all.map((name) => stack.start(name, { throughProxy: true })));
    await until('a product for sale, with stock', async () => {
      const product = await stack.sandboxes.product('BOARD-OAK');
      return product?.status === 1 && (product.sourceItems.default ?? 0) > 0;
    });
    const placed = await stack.sandboxes.placeOrder([{ sku: 'BOARD-OAK', qty: 1 }]);
    const sale = await until('the sales order', () => stack.sandboxes.salesOrder(placed.increment_id));
    const { deliveries } = await stack.sandboxes.confirm(sale.id);
    await stack.sandboxes.ship(deliveries[0]!.id, 'UPS', '1ZRIGHTS');
    await until('the shipment', async () => {
      const order = await stack.sandboxes.order(placed.entity_id);
      return order!.shipments.length === 1;
    });
    await produceBytes(stack.kafka.bootstrap, 'erp.stock', 'WH1/BOARD-OAK', Buffer.from('no Avro at all'));
    await until('the parked bytes', () =>
      [...stack.witness.parked.values()].find(({ key, topic }) => key === null && topic === 'erp.stock'),
    );
  });

  it('the command line reads what is parked, and asks for a key to be read again', async () => {
    expect((await commandLine('parked', 'list')).output).toContain('erp.stock');
    expect(await commandLine('refresh', 'erp.stock', 'WH1/BOARD-OAK')).toMatchObject({ code: 0 });
  });

  it('no process was ever refused anything', async () => {
    for (const name of ['order-relay', 'inventory-applier'] as const) expect(await stack.stop(name)).toBe(0);
    const logs = readdirSync(runFolder()).filter((file) => file.endsWith('.log'));
    const refused = logs.filter((file) =>
      /AUTHORIZATION_FAILED|not authorized/i.test(readFileSync(join(runFolder(), file), 'utf8')),
    );
    expect(logs.length).toBeGreaterThan(6);
    expect(refused).toEqual([]);
  });
});

describe('with the rights of one process', () => {
  it('no topic of another can be written', async () => {
    for (const { name: principal, of, rights } of granted) {
      const producer = kafkaAs(door(), principal).producer({ allowAutoTopicCreation: false });
      await producer.connect();
      try {
        const own = new Set(
          rights.filter(({ operations }) => operations.includes('Write')).map(({ name }) => name),
        );
        for (const topic of ['magento.orders', 'erp.stock', 'cartage.cursors', 'cartage.refresh']) {
          const message = { topic, messages: [{ key: 'of-the-rights-test', value: null }] };
          if (own.has(topic)) continue;
          expect({ of, topic, answer: await answerTo(producer.send(message)) }).toEqual({
            of,
            topic,
            answer: expect.stringMatching(/authoriz/) as unknown,
          });
        }
      } finally {
        await producer.disconnect();
      }
    }
  });

  it('no orders are read but by those that handle them or tell of them', async () => {
    const readers = granted.filter(({ rights }) =>
      rights.some(({ name, operations }) => name === 'magento.orders' && operations.includes('Read')),
    );
    expect(readers.map(({ of }) => of).toSorted()).toEqual([
      'cli',
      'console',
      'order-exporter',
      'order-relay',
      'reconciler',
    ]);
    const asked: ((admin: Admin) => Promise<unknown>)[] = [
      // What it may, so that the refusals after it say something.
      (admin) => admin.fetchOffsets({ groupId: `cartage.${instance}.catalog-applier` }),
      (admin) => admin.fetchTopicOffsets('magento.orders'),
      (admin) => admin.fetchOffsets({ groupId: `cartage.${instance}.order-exporter` }),
      (admin) => admin.deleteGroups([`cartage.${instance}.catalog-applier`]),
      (admin) => admin.createTopics({ topics: [{ topic: 'cartage.foreign' }] }),
    ];
    const answers: string[] = [];
    for (const ask of asked) {
      const admin = kafkaAs(door(), user('catalog-applier')).admin();
      await admin.connect();
      // Else the client knows no broker to ask for a group.
      await admin.listTopics();
      answers.push(await answerTo(ask(admin)));
      await admin.disconnect();
    }
    const [allowed, ...refused] = answers;
    expect(allowed).toBe('allowed');
    // Of a group that is not one's own the client only says that it does not find who keeps it.
    const refusal = /authoriz|Failed to find group coordinator/i;
    expect(refused.filter((answer) => !refusal.test(answer))).toEqual([]);
  });
});

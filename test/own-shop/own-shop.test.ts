/**
 * `npm start -- --config FILE` for somebody whose shop and ERP run elsewhere. Stand-ins for those two: the sandboxes,
 * each started by itself as its own program, with credentials and a database that Cartage is told by the environment.
 * Real: the whole start, broker, registry, every process, and `cartage check` as another terminal would run it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { freePort } from '../../deploy/local/ports.ts';
import { endRecordedProcesses, recordProcess } from '../../deploy/local/records.ts';
import { Sandboxes } from '../../deploy/local/story/sandboxes.ts';
import { runFolder } from '../infrastructure/folder.ts';
import { freshDatabase } from '../infrastructure/main.ts';
import type { FreshDatabase } from '../infrastructure/main.ts';
import { eventually } from '../orders/support.ts';
import { DEFAULT_CREDENTIALS } from '../sandbox/shop/index.ts';

const folder = join(runFolder(), 'own-shop');
const state = join(folder, 'state');
const file = join(folder, 'my-shop.yaml');
const secret = `whsec_${Buffer.alloc(32, 'own').toString('base64')}`;

let database: FreshDatabase;
let ends: Sandboxes;
let environment: NodeJS.ProcessEnv;
let line: ChildProcess;
let said = '';
const children: ChildProcess[] = [];

/** A program of this project; resolves to the address in the first line of JSON that it prints. */
async function started(program: string, args: string[]): Promise<string> {
  const child = spawn(process.execPath, [join(projectFolder, program), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  recordProcess(join(runFolder(), 'processes'), program, child.pid!);
  const [first] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return (JSON.parse(first) as { url: string }).url;
}

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  database = await freshDatabase();
  const webhookPort = await freePort();
  const [shopUrl, erpUrl] = await Promise.all([
    started('test/sandbox/shop/main.ts', [
      '--seed=empty',
      '--consumer-key=theirownconsumerkey0000000000001',
      `--webhook-secret=${secret}`,
      `--webhook-url=http://127.0.0.1:${webhookPort}/webhooks/orders`,
    ]),
    started('test/sandbox/erp/main.ts', ['--database-url', database.url, '--seed']),
  ]);
  ends = new Sandboxes(shopUrl, erpUrl, 'my-shop');
  const erpDatabase = new URL(database.url);
  erpDatabase.username = 'cartage';
  // As a user writes it: another name for the shop, one flow off, a broker that this machine does not have.
  const yaml = readFileSync(join(projectFolder, 'deploy/config/sandbox.yaml'), 'utf8')
    .replace(/^instance: .*$/m, 'instance: my-shop')
    .replace('${KAFKA_BROKERS}', 'kafka.example:9093')
    .replace(/^flows: .*$/m, 'flows: { orders: on, stock: on, catalog: on, shipments: off }');
  writeFileSync(file, yaml);
  environment = {
    MAGENTO_URL: shopUrl,
    MAGENTO_CONSUMER_KEY: 'theirownconsumerkey0000000000001',
    MAGENTO_CONSUMER_SECRET: DEFAULT_CREDENTIALS.consumerSecret,
    MAGENTO_ACCESS_TOKEN: DEFAULT_CREDENTIALS.accessToken,
    MAGENTO_ACCESS_TOKEN_SECRET: DEFAULT_CREDENTIALS.accessTokenSecret,
    WEBHOOK_PORT: String(webhookPort),
    WEBHOOK_SECRET: secret,
    ERP_DATABASE_URL: erpDatabase.href,
    ERP_SLOT: `own_${randomBytes(4).toString('hex')}`,
  };
});

afterAll(async () => {
  line?.kill('SIGKILL');
  await endRecordedProcesses(join(state, 'processes'), 0);
  for (const child of children) child.kill('SIGKILL');
  await database?.drop();
});

function start(...args: string[]): ChildProcess {
  const child = spawn(
    process.execPath,
    [join(projectFolder, 'deploy/local/main.ts'), '--config', file, '--state', state, ...args],
    { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)));
  recordProcess(join(runFolder(), 'processes'), 'npm start', child.pid!);
  return child;
}

describe('npm start -- --config FILE', () => {
  it('brings an order of that shop into that ERP, and says so of no other', async () => {
    line = start();
    const ended = once(line, 'exit').then(() => Promise.reject(new Error(said)));
    ended.catch(() => undefined);
    const running = eventually('the line to run', () => said.includes('Ctrl-C ends everything'));
    await Promise.race([running, ended]);
    expect(said).toContain(environment.MAGENTO_URL);
    expect(said).toContain('orders on, stock on, catalog on, shipments off');
    expect(said).not.toMatch(/sandbox|trickle|Products +\d/i);
    const sku = 'MUG-STONE';
    await eventually('the product to be for sale in the shop', async () => {
      const product = await ends.product(sku);
      return product?.status === 1 && Number(product.price) > 0 && product.salable > 0;
    });
    const { increment_id } = await ends.placeOrder([{ sku, qty: 1 }]);
    await eventually('the order in the ERP', () => ends.salesOrder(increment_id));
  });

  it('is found by the command line of another terminal, which has none of its variables', async () => {
    const check = spawn(
      process.execPath,
      [`--env-file=${join(state, 'environment')}`, join(projectFolder, 'services/cli/main.ts'), 'check'],
      { env: { PATH: process.env.PATH } },
    );
    let found = '';
    for (const stream of [check.stdout, check.stderr]) stream.on('data', (text) => (found += String(text)));
    const [code] = (await once(check, 'close')) as [number | null];
    expect({ code, found }).toEqual({ code: 0, found: expect.stringMatching(/^All well/m) });
  });

  it('ends with everything, and leaves no secret behind', async () => {
    const exited = once(line, 'exit');
    expect(line.kill('SIGTERM')).toBe(true);
    expect(await exited).toEqual([0, null]);
    expect(existsSync(join(state, 'environment'))).toBe(false);
  });

  it('starts nothing with a configuration that cannot be used, and names every problem', async () => {
    said = '';
    writeFileSync(file, readFileSync(file, 'utf8').replace('orders: on', 'orders: onn'));
    delete environment.ERP_DATABASE_URL;
    const [code] = (await once(start(), 'exit')) as [number | null];
    expect(code).toBe(1);
    expect(said).toContain(`${file} cannot be used`);
    expect(said).toMatch(/erp\.connection\.url: the variable ERP_DATABASE_URL is not set/);
    expect(said).toMatch(/flows\.orders: /);
    expect(said).not.toContain('Cartage is');
  });
});

/** The user's own configuration, made for one machine. Real: deploy/config/cartage.yaml, the one that users copy. */
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { loadConfig } from '../../../services/platform/config/load.ts';
import { projectFolder } from '../install/places.mjs';
import { partsOf } from '../parts.ts';
import { makePlan, overridden, placesOf } from '../plan.ts';
import { stateFolderAt } from '../state.ts';
import { readiness } from './readiness.ts';
import { OwnShop } from './shop.ts';
import { summary } from './summary.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartage-own-'));
const file = join(folder, 'shop.yaml');
copyFileSync(join(projectFolder, 'deploy/config/cartage.yaml'), file);

/** Of the user: the shop and the ERP alone; no broker, no log-in for one. */
const environment = {
  PATH: '',
  MAGENTO_URL: 'https://shop.example',
  MAGENTO_CONSUMER_KEY: 'key # 1',
  MAGENTO_CONSUMER_SECRET: 'b',
  MAGENTO_ACCESS_TOKEN: 'c',
  MAGENTO_ACCESS_TOKEN_SECRET_FILE: join(folder, 'token-secret'),
  WEBHOOK_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`,
  ERP_DATABASE_URL: 'postgres://cartage:secret@erp.example/shop',
  FLOW_STOCK: 'on',
};
writeFileSync(environment.MAGENTO_ACCESS_TOKEN_SECRET_FILE, 'd\n');

function ownShop(changes: Partial<OwnShop['options']> = {}, variables: NodeJS.ProcessEnv = environment) {
  return new OwnShop({ file, sandboxShop: false, sandboxErp: false, ...changes }, variables);
}

const planOf = (own: OwnShop) =>
  makePlan(stateFolderAt(mkdtempSync(join(folder, 'state-'))), environment, { own });

/** What a process reads: the written file, with the environment that it is given. */
async function readAs(own: OwnShop, sections: Parameters<typeof loadConfig>[1]) {
  const plan = await planOf(own);
  own.follow(plan.state.configuration, placesOf(plan), () => undefined)();
  const config = loadConfig(plan.state.configuration, sections, plan.environment);
  return { plan, config };
}

describe('npm start -- --config', () => {
  it('keeps shop, ERP and flows as the file and the environment say, and takes Kafka and ports of this machine', async () => {
    const { plan, config } = await readAs(ownShop(), ['magento', 'erp', 'webhook', 'console']);
    expect(config.magento.url).toBe('https://shop.example');
    expect(config.magento.credentials).toEqual({
      consumerKey: 'key # 1',
      consumerSecret: 'b',
      accessToken: 'c',
      accessTokenSecret: 'd',
    });
    expect(config.erp.connection.url).toBe(environment.ERP_DATABASE_URL);
    expect(config.flows).toEqual({
      orders: 'dry',
      customers: 'dry',
      stock: 'on',
      catalog: 'dry',
      shipments: 'dry',
    });
    expect(config.webhook.host).toBe('0.0.0.0');
    expect(config.kafka).toMatchObject({
      brokers: [`127.0.0.1:${plan.ports.kafka}`],
      ssl: false,
      replicationFactor: 1,
      sessionTimeoutMs: 15_000,
    });
    expect(config.kafka.sasl).toBeUndefined();
    expect(config.http.host).toBe('127.0.0.1');
    expect(config.console).toMatchObject({ password: '', withoutLogin: true });
    expect(overridden(plan, environment)).toEqual([]);
  });

  it('asks for a password on its console when one is set, by whatever variable the file names', async () => {
    const named = join(folder, 'named.yaml');
    writeFileSync(named, readFileSync(file, 'utf8').replace('${CONSOLE_PASSWORD}', '${OUR_PASSWORD}'));
    const own = ownShop({ file: named }, { ...environment, OUR_PASSWORD: 'long enough 1' });
    expect(own.config.console.password).toBe('long enough 1');
    expect(summary(own, await planOf(own))).not.toContain('log-in');
    expect(summary(ownShop({ file: named }), await planOf(own))).toContain('without log-in');
  });

  it('starts no sandbox unless it is asked for, and every process in each case', async () => {
    const namesOf = async (own: OwnShop) =>
      partsOf(await planOf(own), new AbortController().signal).map(({ name }) => name);
    const bare = await namesOf(ownShop());
    const outside = bare.filter((name) => !name.includes('-') && !['console', 'reconciler'].includes(name));
    expect(outside).toEqual(['kafka', 'registry', 'topics']);
    expect(await namesOf(ownShop({ sandboxShop: true }))).toEqual(expect.arrayContaining(['sandbox-shop']));
    expect(await namesOf(ownShop({ sandboxShop: true }))).not.toContain('postgres');
    const erp = await namesOf(ownShop({ sandboxErp: true }));
    expect(erp).toEqual(expect.arrayContaining([...bare, 'postgres', 'sandbox-erp']));
    expect(erp).not.toContain('sandbox-shop');
  });

  it('puts a sandbox in the place of one side alone', async () => {
    const { plan, config } = await readAs(ownShop({ sandboxShop: true }), ['magento', 'erp', 'webhook']);
    expect(config.magento.url).toBe(`http://127.0.0.1:${plan.ports.shop}`);
    expect(config.magento.credentials.consumerKey).toBe(plan.secrets.consumerKey);
    expect(config.webhook).toMatchObject({ host: '127.0.0.1', port: plan.ports.webhook });
    expect(config.erp.connection.url).toBe(environment.ERP_DATABASE_URL);
  });

  it('asks a sandbox ERP in its own words, and leaves the writer of the user’s own ERP alone', async () => {
    const real = join(folder, 'writer.yaml');
    const writer = 'postgres://writer:secret@erp.example/shop';
    writeFileSync(real, readFileSync(file, 'utf8').replace('${ERP_WRITER_URL:-}', writer));
    expect(ownShop({ file: real }).config.erp.connection.writerUrl).toBe(writer);
    const { plan, config } = await readAs(ownShop({ file: real, sandboxErp: true }), ['erp']);
    expect(config.erp.connection.url).toContain(`127.0.0.1:${plan.ports.postgres}`);
    expect(config.erp.connection.writerUrl).toBeUndefined();
    expect(config.erp.streams.stock!.query).toContain('stock_move');
    expect(config.erp.orders!.lookup).toContain('sales_order');
  });

  it('takes a recipe beside the file with it, its variables too, and leaves it out where the ERP is a sandbox', async () => {
    const named = join(folder, 'over-http.yaml');
    const tree = parse(readFileSync(file, 'utf8')) as { erp: object };
    const flows = { stock: 'off', catalog: 'off', shipments: 'off', customers: 'dry' };
    writeFileSync(named, stringify({ ...tree, flows, erp: { recipe: 'my-erp.yaml' } }));
    copyFileSync(join(projectFolder, 'deploy/config/recipes/odoo-json-2.yaml'), join(folder, 'my-erp.yaml'));
    const variables = {
      ...environment,
      ODOO_URL: 'https://erp.example',
      ODOO_API_KEY: 'k',
      ODOO_DATABASE: 'd',
    };
    const own = ownShop({ file: named }, variables);
    expect(own.config.erp).toMatchObject({ recipe: { url: 'https://erp.example' }, connection: { url: '' } });
    expect(own.variables(variables)).toMatchObject({
      ODOO_API_KEY: 'k',
      MAGENTO_URL: 'https://shop.example',
    });
    const plan = await planOf(own);
    own.follow(plan.state.configuration, placesOf(plan), () => undefined)();
    const { erp } = loadConfig(plan.state.configuration, ['erp'], { ...plan.environment, ...variables });
    expect(erp.recipe?.secrets).toEqual({ key: 'k' });
    const sandboxed = ownShop({ file: named, sandboxErp: true }, variables).config.erp;
    expect(sandboxed.recipe).toBeUndefined();
  });

  it('keeps the state of a sandbox apart from that of a real shop', () => {
    const paths = [
      {},
      { sandboxShop: true },
      { sandboxErp: true },
      { sandboxShop: true, sandboxErp: true },
    ].map((flags) => ownShop(flags).statePath);
    expect(new Set(paths).size).toBe(4);
    expect(paths[0]).toMatch(/own\/main$/);
  });

  it('names every problem at once by its field, and those that a process would find only at its start', () => {
    const { MAGENTO_URL: _url, MAGENTO_CONSUMER_KEY: _key, ...less } = environment;
    const broken = join(folder, 'broken.yaml');
    writeFileSync(broken, readFileSync(file, 'utf8').replace('safetyBuffer: 0', 'saftyBuffer: 0'));
    expect(() => ownShop({ file: broken }, less)).toThrow(
      /broken\.yaml cannot be used:[^]*magento\.url: the variable MAGENTO_URL[^]*magento\.credentials\.consumerKey: [^]*stock\.saftyBuffer: .*safetyBuffer/,
    );
    const plain = { ...environment, ERP_DATABASE_URL: 'postgres://cartage@erp.example/shop?sslmode=disable' };
    expect(() => ownShop({}, plain)).toThrow(/erp\.connection: .*unencrypted|erp\.connection: /);
    expect(() => ownShop({ file: join(folder, 'none.yaml') })).toThrow(/none\.yaml[^]*cannot be read/);
    expect(() => ownShop({ sandboxShop: true }, less)).not.toThrow();
  });

  it('speaks of this run alone, without the password', async () => {
    const own = ownShop();
    const said = summary(own, await planOf(own));
    for (const wanted of ['https://shop.example', 'erp.example/shop', 'orders dry, stock on', file, 'check'])
      expect(said).toContain(wanted);
    expect(said).not.toMatch(/sandbox|trickle|secret|MUG-STONE/);
  });
});

it('a run with sandboxes names what it does not take from the environment', async () => {
  const plan = await makePlan(stateFolderAt(join(folder, 'sandbox')), environment);
  expect(overridden(plan, { ...environment, CARTAGE_CONFIG: file }).toSorted()).toEqual([
    'CARTAGE_CONFIG',
    'ERP_DATABASE_URL',
    'MAGENTO_ACCESS_TOKEN',
    'MAGENTO_CONSUMER_KEY',
    'MAGENTO_CONSUMER_SECRET',
    'MAGENTO_URL',
    'WEBHOOK_SECRET',
  ]);
});

describe('readiness', () => {
  it('says what a process waits for once it takes long, and again only when that changes', async () => {
    const { createServer } = await import('node:http');
    let checks: object = { log: { ok: false, why: 'the ERP is away' }, kafka: { ok: true } };
    let ready = false;
    const server = createServer((_request, response) => {
      response.writeHead(ready ? 200 : 503).end(JSON.stringify({ ready, checks }));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as { port: number };
    const said: string[] = [];
    let now = 0;
    const isReady = readiness(
      'erp-ingester',
      `http://127.0.0.1:${port}`,
      (text) => said.push(text),
      () => now,
    );
    expect(await isReady()).toBe(false);
    expect(said).toEqual([]);
    now = 20_000;
    await isReady();
    await isReady();
    checks = { log: { ok: false, why: 'starting' } };
    await isReady();
    expect(said).toEqual([
      '  erp-ingester waits: log: the ERP is away',
      '  erp-ingester waits: log: starting',
    ]);
    ready = true;
    expect(await isReady()).toBe(true);
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
});

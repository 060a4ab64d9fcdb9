import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ConfigurationError, loadConfig, loadSection } from './load.ts';
import type { SectionName } from './schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartage-config-'));
let files = 0;

function written(text: string): string {
  const file = join(folder, `${(files += 1)}.yaml`);
  writeFileSync(file, text);
  return file;
}

function problemsOf(
  text: string,
  environment: Record<string, string> = {},
  sections: SectionName[] = ['stock', 'magento'],
): Record<string, string> {
  try {
    loadConfig(written(text), sections, environment);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return Object.fromEntries(error.problems.map(({ path, message }) => [path, message]));
  }
  throw new Error('the configuration was accepted');
}

const kafka = 'kafka: { brokers: [127.0.0.1:9092], registry: { url: "http://127.0.0.1:8081" } }';
const magento =
  'magento: { url: "https://shop.example", credentials: { consumerKey: a, consumerSecret: b, accessToken: c, accessTokenSecret: "${TOKEN_SECRET}" } }';

describe('the configuration', () => {
  it('is filled from variables, defaults and secret files', () => {
    const secret = join(folder, 'secret');
    writeFileSync(secret, 's3cret\n');
    const config = loadConfig(
      written(
        `instance: main\n${kafka}\nhttp: { port: "\${PORT:-9000}" }\n${magento}\nstock: { sources: { WH1: default } }`,
      ),
      ['stock', 'magento'],
      { TOKEN_SECRET_FILE: secret },
    );
    expect(config.magento.credentials.accessTokenSecret).toBe('s3cret');
    expect(config.http).toEqual({ host: '0.0.0.0', port: 9000 });
    expect(config.flows).toEqual({
      orders: 'on',
      stock: 'on',
      catalog: 'on',
      shipments: 'on',
      customers: 'off',
    });
  });

  it('takes yes and no of a variable, which is always text', () => {
    const file = written(`instance: main\n${kafka}\ntelemetry: { foreignText: "\${FOREIGN}" }`);
    const said = (FOREIGN: string) => loadConfig(file, [], { FOREIGN }).telemetry.foreignText;
    expect(['true', 'false'].map(said)).toEqual([true, false]);
    const switched = written(`instance: main\n${kafka}\nflows: { orders: true, stock: false, catalog: dry }`);
    expect(loadConfig(switched, [], {}).flows).toMatchObject({ orders: 'on', stock: 'off', catalog: 'dry' });
  });

  it('names every problem at once, each with the path of its field', () => {
    const problems = problemsOf(
      `instance: Main\n${kafka}\n${magento}\nstok: {}\nstock: { sources: { WH1: 5 }, batch: { inital: 3 }, safetyBuffer: -1 }`,
    );
    expect(Object.keys(problems).toSorted()).toEqual([
      'instance',
      'magento.credentials.accessTokenSecret',
      'stock.batch.inital',
      'stock.safetyBuffer',
      'stock.sources.WH1',
      'stok',
    ]);
    expect(problems['stok']).toBe('is not known; did you mean stock?');
    expect(problems['stock.batch.inital']).toBe('is not known; did you mean initial?');
    expect(problems['magento.credentials.accessTokenSecret']).toContain('TOKEN_SECRET is not set');
  });

  it('knows the rules between sections, and between the entries of a map', () => {
    const slow = magento
      .replace('credentials:', 'deadlineMs: 15000, credentials:')
      .replace('"${TOKEN_SECRET}"', 'd');
    expect(problemsOf(`instance: main\n${kafka}\n${slow}\nstock: { sources: {} }`)).toEqual({
      'magento.deadlineMs': 'must be shorter than kafka.sessionTimeoutMs (15000)',
    });
    const few = magento
      .replace('credentials:', 'callsAtOnce: 3, credentials:')
      .replace('"${TOKEN_SECRET}"', 'd');
    expect(problemsOf(`instance: main\n${kafka}\n${few}\nstock: { sources: {} }`)).toEqual({
      'magento.callsAtOnce': expect.stringMatching(/at least \d+, one for each replica/),
    });
    const twice = `instance: main\n${kafka}\n${magento.replace('"${TOKEN_SECRET}"', 'd')}\nstock: { sources: { A: x, B: x }, ignore: [C, A] }`;
    expect(problemsOf(twice)).toEqual({
      'stock.sources': expect.stringContaining('several warehouses feed the source x'),
      'stock.ignore.1': expect.stringContaining('A has a source'),
    });
  });

  it('knows in which states no order is ever due, and no hour that is none', () => {
    const orders = (payment: string, sweep = '') =>
      `instance: main\n${kafka}\norders: { since: 2026-01-01T00:00:00Z, ${sweep} shipping: {}, stores: {}, payments: { checkmo: { dueFrom: [${payment}] } } }`;
    const never = ['canceled', 'closed', 'holded'];
    expect(problemsOf(orders(`new, ${never.join()}`), {}, ['orders'])).toEqual(
      Object.fromEntries(
        never.map((_state, index) => [
          `orders.payments.checkmo.dueFrom.${index + 1}`,
          'must be one of new, pending_payment, payment_review, processing, complete',
        ]),
      ),
    );
    expect(problemsOf(orders('new', 'sweep: { nightlyAt: 3am },'), {}, ['orders'])).toEqual({
      'orders.sweep.nightlyAt': 'must be a time of day in UTC, e.g. "03:00"',
    });
    const config = loadConfig(
      written(orders('payment_review', 'sweep: { nightlyAt: "04:30" },')),
      ['orders'],
      {},
    );
    expect(config.orders.sweep.nightlyAt).toBe(16_200_000);
  });

  it('knows a next set of credentials, whole or not at all, and the day of each', () => {
    const shopOf = (more: string) =>
      `instance: main\n${kafka}\n${magento.replace('"${TOKEN_SECRET}"', 'd').replace(/ }$/, `, ${more} }`)}`;
    const next = (secret: string, day: string) =>
      `nextCredentials: { consumerKey: ${secret}, consumerSecret: ${secret}, accessToken: ${secret}, accessTokenSecret: '', issuedOn: ${day} }`;
    const read = (more: string) => loadConfig(written(shopOf(more)), ['magento'], {}).magento.nextCredentials;
    expect(read(next(`''`, `''`))).toBeUndefined();
    expect(read('allowHttp: false')).toBeUndefined();
    expect(read(next('x', '2026-01-31').replace(`''`, 'y'))).toMatchObject({ issuedOn: '2026-01-31' });
    expect(problemsOf(shopOf(next('x', 'January')), {}, ['magento'])).toEqual({
      'magento.nextCredentials.accessTokenSecret': 'must not be empty',
      'magento.nextCredentials.issuedOn': 'must be a day such as 2026-01-31',
    });
  });

  it('takes the default of a secret whose file is not there, and misses one without a default', () => {
    const gone = { TOKEN_SECRET_FILE: join(folder, 'not-there') };
    const text = `instance: main\n${kafka}\n${magento}`;
    expect(problemsOf(text, gone, ['magento'])).toEqual({
      'magento.credentials.accessTokenSecret': expect.stringContaining('cannot be read'),
    });
    const file = written(text.replace('TOKEN_SECRET', 'TOKEN_SECRET:-x'));
    expect(loadConfig(file, ['magento'], gone).magento.credentials.accessTokenSecret).toBe('x');
  });

  it('says of the webhook which secret is too weak, which proxy is no network, and which bound is too small', () => {
    const secret = `whsec_${Buffer.alloc(23, 1).toString('base64')}`;
    const webhook = `webhook: { secrets: [${secret}], trustedProxies: [10.0.0.0/8, ingress], shutdownDelayMs: 9000 }`;
    expect(problemsOf(`instance: main\n${kafka}\n${webhook}`, {}, ['webhook'])).toEqual({
      'webhook.secrets.0': expect.stringContaining('at least 24 bytes'),
      'webhook.trustedProxies.1': expect.stringContaining('e.g. 10.0.0.0/8'),
      'webhook.shutdownDelayMs': expect.stringContaining('5000'),
    });
    const small = `webhook: { secrets: [${secret.replace('=', 'A')}], maxBodyBytes: 40000, maxBufferedBytes: 79999 }`;
    expect(problemsOf(`instance: main\n${kafka}\n${small}`, {}, ['webhook'])).toEqual({
      'webhook.maxBufferedBytes': 'must be at least twice webhook.maxBodyBytes (40000)',
    });
  });

  it('says of each kind of sender which key is no good, and counts an empty one as none', () => {
    const webhookOf = (fields: string) =>
      problemsOf(`instance: main\n${kafka}\nwebhook: { ${fields} }`, {}, ['webhook']);
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1_024 });
    const weak = JSON.stringify(publicKey.export({ type: 'spki', format: 'pem' }));
    expect(webhookOf(`secrets: [], mageOsTokens: [x], adobeCommerceKeys: [y, ${weak}]`)).toEqual({
      'webhook.mageOsTokens.0': expect.stringContaining('at least 24 characters'),
      'webhook.adobeCommerceKeys.0': expect.stringContaining('an RSA public key of at least 2048 bits'),
      'webhook.adobeCommerceKeys.1': expect.stringContaining('an RSA public key of at least 2048 bits'),
    });
    const empty = `instance: main\n${kafka}\nwebhook: { secrets: [''] }`;
    expect(loadConfig(written(empty), ['webhook'], {}).webhook.secrets).toEqual([]);
  });

  it('says what is missing', () => {
    expect(problemsOf(`instance: main\n${kafka}`)).toMatchObject({
      stock: 'is required',
      magento: 'is required',
    });
  });

  it('says of each field what it must be, never that what is there is missing', () => {
    const flows = 'flows: { orders: drry, stock: on }';
    const telemetry = 'telemetry: { logLevel: loud, otlpUrl: jaeger, foreignText: perhaps }';
    const broken = kafka.replace('registry:', 'ssl: { crt: x }, registry:').replace('[127.0.0.1:9092]', '5');
    const catalog = 'catalog: { websites: base, basePriceList: 5, baseCurrency: EUR, emoji: four }';
    const stock = 'stock: { sources: [WH1], batch: 5 }';
    const policy = 'policy: { retryInitialMs: 1s, bugTries: 0 }';
    const text = ['instance: main', broken, flows, telemetry, policy, catalog, stock, 'fulfilments:'].join(
      '\n',
    );
    expect(problemsOf(text, {}, ['stock', 'catalog', 'fulfilments'])).toEqual({
      'kafka.brokers': 'must be a list',
      'kafka.ssl.crt': 'is not known; did you mean cert?',
      'flows.orders': 'must be one of off, dry, on',
      'telemetry.otlpUrl': 'must be an http or https address',
      'telemetry.foreignText': 'must be true or false',
      'telemetry.logLevel': 'must be one of debug, info, warn, error',
      'policy.retryInitialMs': 'must be a number',
      'policy.bugTries': 'must be more than 0',
      'catalog.websites': 'must be a list',
      'catalog.basePriceList': 'must be text',
      'catalog.emoji': 'must be one of refuse, strip, keep',
      'stock.sources': 'must be a map',
      'stock.batch': 'must be a map',
      fulfilments: 'is required',
    });
    const ssl = problemsOf(`instance: main\n${kafka.replace('registry:', 'ssl: 1, registry:')}`, {}, []);
    expect(ssl).toEqual({ 'kafka.ssl': 'must be true, false, or a map of ca, cert and key' });
  });

  it.each(['65 0 * * *', 'daily', '0 0 31 2 *'])(
    'refuses %s, at which nothing would ever be asked',
    (again) => {
      const stream = `{ topic: erp.stock, key: { sku: text }, watch: [{ table: t, key: sku }], query: q, find: f, again: "${again}" }`;
      const erp = `erp: { connection: { url: "postgres://127.0.0.1/erp" }, streams: { stock: ${stream} } }`;
      expect(problemsOf(`instance: main\n${kafka}\n${erp}`, {}, ['erp'])).toEqual({
        'erp.streams.stock.again': expect.stringContaining('5 0 * * *'),
      });
    },
  );

  it('leaves sections alone that the process does not read', () => {
    const file = written(
      `instance: main\n${kafka}\nerp: { connection: { url: "\${NOT_SET}" } }\nstock: { sources: {} }`,
    );
    expect(loadConfig(file, ['stock'], {}).stock.sources).toEqual({});
  });

  it('keeps codes as they are written: 01 is no number', () => {
    const file = written(`instance: main\n${kafka}\nstock: { sources: { 01: a, 1.0: b, 1: c } }`);
    expect(loadConfig(file, ['stock'], {}).stock.sources).toEqual({ '01': 'a', '1.0': 'b', '1': 'c' });
  });

  it('refuses addresses that could not work, without showing them', () => {
    const filled = magento.replace('"${TOKEN_SECRET}"', 'd');
    const guarded = filled.replace('https://', 'https://user:s3cret@');
    const stock = 'stock: { sources: {} }';
    const shop = problemsOf(`instance: main\n${kafka}\n${guarded}\n${stock}`)['magento.url'];
    expect(shop).toContain('exempt /rest/');
    const erp = 'erp: { connection: { url: "postgres://user:s3/cr#t@db.example/erp" } }';
    const database = problemsOf(`instance: main\n${kafka}\n${erp}`, {}, ['erp'])['erp.connection.url'];
    expect(database).toContain('percent-encode');
    expect(`${shop}${database}`).not.toContain('s3');
  });

  it.each([
    ['shop.example', 'not https'],
    ['localhost.evil.example', 'not https'],
    ['user:s3cret@127.0.0.1', 'must hold no user'],
    ['127.0.0.1@evil.example', 'must hold no user'],
  ])('refuses a shop at http://%s', (host, problem) => {
    const filled = magento
      .replace('https://shop.example', `http://${host}`)
      .replace('"${TOKEN_SECRET}"', 'd');
    const problems = problemsOf(`instance: main\n${kafka}\n${filled}`, {}, ['magento']);
    expect(Object.keys(problems)).toEqual(['magento.url']);
    expect(problems['magento.url']).toContain(problem);
    expect(JSON.stringify(problems)).not.toContain('s3cret');
  });

  it.each([
    ['sasl: { mechanism: plain, username: a, password: b }', 'kafka.sasl.mechanism'],
    ['registry: { url: "http://registry.example", username: a, password: b }', 'kafka.registry.url'],
    ['registry: { url: "https://a:b@registry.example" }', 'kafka.registry.url'],
    ['brokers: ["user@kafka.example:9092"]', 'kafka.brokers.0'],
    ['brokers: "kafka.example"', 'kafka.brokers.0'],
  ])('refuses %s of Kafka on another machine', (field, path) => {
    const fields = ['brokers: [kafka.example:9092]', 'registry: { url: "http://127.1:8081" }'];
    const own = fields.filter((one) => one.split(':')[0] !== field.split(':')[0]);
    expect(
      Object.keys(problemsOf(`instance: main\nkafka: { ${[...own, field].join(', ')} }`, {}, [])),
    ).toEqual([path]);
  });

  it('takes passwords in clear where they stay on this machine, or are allowed by name', () => {
    const sasl = 'sasl: { mechanism: plain, username: a, password: b }';
    const registry = (host: string) => `registry: { url: "http://${host}:8081", username: a, password: b }`;
    for (const section of [
      `brokers: ["127.1:9092", "localhost:9093"], ${sasl}, ${registry('[::ffff:127.0.0.1]')}`,
      `brokers: "kafka.example:9092", ${sasl}, ${registry('registry.example')}, allowPlain: true`,
      `brokers: [kafka.example:9092], ssl: true, ${sasl}, ${registry('localhost')}`,
    ])
      expect(loadConfig(written(`instance: main\nkafka: { ${section} }`), [], {}).kafka.sasl?.username).toBe(
        'a',
      );
  });

  it.each([
    ['http: { host: 127.0.0.1 }', 'console.password'],
    ['console: { withoutLogin: true }', 'console.withoutLogin'],
    ['http: { host: "::" }\nconsole: { withoutLogin: true }', 'console.withoutLogin'],
    ['http: { host: localhost.example }\nconsole: { withoutLogin: true }', 'console.withoutLogin'],
    ['console: { password: short }', 'console.password'],
    ['console: { proxy: { userHeader: X-User, from: [10.0.0.0/33] } }', 'console.proxy.from.0'],
    ['console: { proxy: { userHeader: X-User, from: [] } }', 'console.proxy.from'],
    [
      'console: { proxy: { userHeader: X-User, from: [::1], groupsHeader: X-Groups } }',
      'console.proxy.operatorGroups',
    ],
    ['console: { password: twelve or more, viewerPassword: twelve or more }', 'console.viewerPassword'],
  ])('refuses a console that anybody could use: %s', (fields, path) => {
    expect(Object.keys(problemsOf(`instance: main\n${kafka}\n${fields}`, {}, ['console']))).toEqual([path]);
  });

  it.each([
    'console: { password: "twelve or more" }',
    'console: { viewerPassword: "twelve or more" }',
    'console: { proxy: { userHeader: X-User, from: [10.0.0.0/8, "fd00::/8", 127.0.0.1] } }',
    'http: { host: 127.0.0.1 }\nconsole: { withoutLogin: true }',
    'http: { host: "::1" }\nconsole: { withoutLogin: true }',
  ])('takes a console with a log-in, or on this machine alone: %s', (fields) => {
    expect(loadConfig(written(`instance: main\n${kafka}\n${fields}`), ['console'], {}).console).toBeDefined();
  });

  it('refuses to run where no certificate would be checked', () => {
    const problems = problemsOf(`instance: main\n${kafka}`, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, []);
    expect(problems).toEqual({ NODE_TLS_REJECT_UNAUTHORIZED: expect.stringContaining('Unset it') });
  });

  it('reads a bare on and off of a flow as what is meant', () => {
    const file = written(`instance: main\n${kafka}\nflows: { orders: off, stock: true, catalog: dry }`);
    expect(loadConfig(file, [], {}).flows).toEqual({
      orders: 'off',
      stock: 'on',
      catalog: 'dry',
      shipments: 'on',
      customers: 'off',
    });
  });

  it('refuses text that is no YAML, with its line, and says nothing of what could not be read', () => {
    expect(problemsOf('instance: [')).toEqual({ '': expect.stringContaining('line 1') });
    expect(problemsOf('- instance')).toEqual({ '': 'must be a map of sections' });
    expect(problemsOf('# nothing yet')).toMatchObject({ instance: 'is required', stock: 'is required' });
  });
});

it('a section alone is read from a file that is not whole, and refused with the paths of its fields', () => {
  const stock = (text: string) => loadSection(written(`http: { port: "\${NONE}" }\n${text}`), 'stock', {});
  expect(stock('stock: { sources: { WH1: default } }')).toMatchObject({ sources: { WH1: 'default' } });
  expect(() => stock('stock: { soures: {} }')).toThrow(
    /stock\.soures: is not known; did you mean sources\?[^]*stock\.sources: is required|stock\.sources: is required[^]*stock\.soures: is not known/,
  );
  expect(() => stock('')).toThrow('stock: is required');
});

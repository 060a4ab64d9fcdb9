/**
 * The ways out of a parked record: by itself, by what it waits for, and by a person at the command line. Real besides
 * what stack.ts says: the command line as its own process in a shell, its output pasted back into it.
 */
import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { audit, orders, outcomes, parked, refresh } from '../../schemas/topics.ts';
import type { Audit, Parked, Refresh } from '../../schemas/types.ts';
import type { Finding } from '../../services/platform/finding.ts';
import type { MappingChange } from '../../services/operations/mapping.ts';
import type { Story } from '../../services/operations/story/story.ts';
import { recordsNow, statesNow } from '../infrastructure/topic-now.ts';
import { getOrder, hold, unhold } from '../sandbox/shop/sales/order-state.ts';
import { produceBytes } from './bytes.ts';
import { sandboxConfiguration } from './configuration.ts';
import { firstLoadDone } from './first-load.ts';
import { typed } from './shell.ts';
import { openStack } from './stack.ts';
import type { Stack } from './stack.ts';
import { until } from './wait.ts';

/** Configuration as Kubernetes mounts it: a link to a link, and a change is another folder behind the second one. */
const mount = mkdtempSync(join(tmpdir(), 'cartage-mount-'));
const file = join(mount, 'cartage.yaml');

/** The one of all tests here, or with a rule for another payment method. */
function swapConfiguration(rule?: object): void {
  const version = `v${randomInt(1e9)}`;
  const text = sandboxConfiguration({
    'policy.heldLookMs': 2_000,
    ...(rule && { 'orders.payments.cashondelivery': rule }),
  });
  mkdirSync(join(mount, version));
  writeFileSync(join(mount, version, 'cartage.yaml'), text);
  symlinkSync(version, join(mount, '..data_tmp'));
  renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
}

let stack: Stack;
const acts: Audit[] = [];

beforeAll(async () => {
  swapConfiguration();
  symlinkSync('..data/cartage.yaml', file);
  stack = await openStack({ environment: { CARTAGE_CONFIG: file } });
  await stack.bus.readAll(audit, { onRecord: ({ value }) => value && acts.push(value) });
  for (const name of ['erp-ingester', 'catalog-applier', 'inventory-applier'] as const)
    await stack.start(name);
  await Promise.all([stack.start('order-relay'), stack.start('order-exporter')]);
  // What is parked from then on is what the tests park.
  await firstLoadDone(stack);
});

afterAll(async () => stack?.close());

const shell = (line: string) => typed(line, stack.environment);

/** A side that a busy machine has not answered for within its short deadline is asked again: the code says of it 1. */
const saidWith = (code: number, line: string) =>
  until(`${line} to end with ${code}`, async () => {
    const said = await shell(line);
    return said.code === code && said;
  });

async function placeOrder(paymentMethod: string, email?: string): Promise<string> {
  return (await place(paymentMethod, email)).increment_id;
}

async function place(paymentMethod: string, email = 'guest@example.com') {
  const placed = await fetch(`${stack.shop.url}/sandbox/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ lines: [{ sku: 'MUG-STONE', qty: 1 }], paymentMethod, email }),
  });
  return (await placed.json()) as { entity_id: number; increment_id: string };
}

/** Places an order that is held, and returns its key on the topic of parked records. */
async function heldOrder(paymentMethod: string, email?: string): Promise<string> {
  const number = await placeOrder(paymentMethod, email);
  const key = `cartage.sandbox.order-exporter/magento.orders/sandbox/default/${number}`;
  await until('the held order', () => stack.witness.parked.has(key));
  return key;
}

/** As another process might have parked it. */
const made = (number: number, change: Partial<Parked> = {}): Parked => ({
  group: 'cartage.sandbox.inventory-applier',
  topic: 'erp.stock',
  partition: 0,
  offset: number,
  key: `WH1/MADE-${number}`,
  documentId: null,
  status: 'held',
  code: 'stock.sku_unknown',
  cause: `Stock of MADE-${number}: the shop has no such product`,
  why: null,
  fix: 'Create the product in the shop',
  attempts: 1,
  parkedAt: Date.now(),
  eventId: null,
  headers: {},
  recordValue: null,
  waitsFor: `product/MADE-${number}`,
  ...change,
});

describe('an order held for a mapping', () => {
  it('is exported by itself when the file has it, after a file that was bad, and nothing is restarted', async () => {
    const before = stack.pids();
    const number = await placeOrder('cashondelivery');
    const key = `cartage.sandbox.order-exporter/magento.orders/sandbox/default/${number}`;
    await until('the held order', () => stack.witness.parked.get(key)?.code === 'order.payment_unmapped');
    swapConfiguration({ dueFrom: ['nev'] });
    const other = await heldOrder('purchaseorder');
    swapConfiguration({ dueFrom: ['new'], codes: { term: 'NET0' } });
    await until('the sales order', () => stack.sandboxes.salesOrder(number));
    await until('nothing parked of it', () => !stack.witness.parked.has(key));
    expect(stack.pids()).toEqual(before);
    // Exactly those: the other one waits for another line.
    expect(stack.witness.parked.has(other)).toBe(true);
    const requests = await recordsNow(stack.bus, refresh);
    const mapped = requests.filter(({ value }) => value?.reason === 'mapped');
    expect(mapped.map(({ value }) => value!.key)).toEqual([`sandbox/default/${number}`]);
  });
});

describe('a shipment held for an order on hold', () => {
  it('is made by itself when the hold is taken off', async () => {
    await stack.start('shipment-applier');
    const { entity_id, increment_id } = await place('checkmo');
    const { id } = await until('the sales order', () => stack.sandboxes.salesOrder(increment_id));
    const order = getOrder(stack.shop.shop, entity_id);
    // The ERP must not hear of it, else it would not ship.
    await stack.stop('order-relay');
    try {
      hold(stack.shop.shop, order);
      const { deliveries } = await stack.sandboxes.confirm(id);
      await stack.sandboxes.ship(deliveries[0]!.id, 'UPS', '1ZHELD');
      await until('the held document', () => stack.witness.parkedFor('shipment.order_state').length === 1);
      unhold(stack.shop.shop, order);
      await until(
        'the shipment',
        async () => (await stack.sandboxes.order(entity_id))!.shipments.length === 1,
      );
      await until('nothing held', () => stack.witness.parkedFor('shipment.order_state').length === 0);
    } finally {
      await stack.start('order-relay');
    }
  });
});

/** Keys of parked orders by whose they are, made at once: each takes a while through shop and broker. */
const held = { listed: '', ada: '', released: '', forgotten: '', kept: '', erased: '' };

describe('cartage parked and erase', () => {
  beforeAll(async () => {
    await Promise.all(
      (Object.keys(held) as (keyof typeof held)[]).map(async (who) => {
        held[who] = await heldOrder('paypal_express', `${who}@example.com`);
      }),
    );
  });

  it('lists causes with their fix, and a first load as one line', async () => {
    const key = held.listed;
    await Promise.all(
      Array.from({ length: 1_200 }, (_, number) => stack.bus.publish(parked, { value: made(number) })),
    );
    await until('all parked', () => stack.witness.parked.size > 1_200);
    const { out, code } = await shell('cartage parked list');
    expect(code).toBe(0);
    expect(out.split('\n').length).toBeLessThan(40);
    expect(out).toMatch(/order\.payment_unmapped: \d+ held, the oldest \d+ min ago .*, at order-exporter/);
    expect(out).toContain('Fix: Add under orders.payments: `"paypal_express"');
    expect(Object.values(held).filter((one) => out.includes(one))).toHaveLength(3);
    expect(out).toContain('and 3 more: cartage parked list --cause order.payment_unmapped');
    expect(out).toContain('Waiting for their product: 1200,');
    const one = await shell('cartage parked list --flow orders --json');
    const listed = JSON.parse(one.out) as { parkedKey: string }[];
    expect(listed.map(({ parkedKey }) => parkedKey)).toContain(key);
    expect(listed.every(({ parkedKey }) => parkedKey.includes('order-exporter'))).toBe(true);
    expect((await shell('cartage parked list --flow nonsense')).code).toBe(1);
  });

  it('ends quietly when its reader has read enough', async () => {
    const { out, err, code } = await shell('cartage parked list --cause stock.sku_unknown | head -n 1');
    expect(out.split('\n').filter((line) => line !== '')).toHaveLength(1);
    expect(code).toBe(0);
    expect(err).not.toContain('EPIPE');
  });

  it('shows a record as it was, its personal data only when asked to', async () => {
    const key = held.ada;
    const { out } = await shell(`cartage parked show '${key}'`);
    expect(out).toMatch(/"incrementId": "\d+"/);
    expect(out).toContain('[hidden]');
    expect(out).not.toMatch(/ada@example|Jane|Main St|60601|312-555/);
    expect((await shell(`cartage parked show '${key}' --reveal`)).out).toContain('ada@example.com');
  });

  it('is explained with all that has happened to its order, from both sides, and nothing personal', async () => {
    const key = held.listed.slice(held.listed.indexOf('sandbox/'));
    const number = key.split('/').at(-1)!;
    const { out, code, story } = await until('a story of both sides', async () => {
      const said = await shell(`cartage explain order ${number} --json`);
      const story = JSON.parse(said.out) as Story;
      return story.sides.every(({ unknown }) => unknown === null) && { ...said, story };
    });
    const revealed = await shell(`cartage explain order ${key} --reveal`);
    expect(story.happenings.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['published', 'held', 'parked']),
    );
    expect(story.keys).toContain(key);
    expect(story.sides[0]!.facts.order).toContain(number);
    expect(story.findings.map((finding) => finding.code)).toContain('order.payment_unmapped');
    expect(out).not.toMatch(/listed@example|Jane|Main St|60601|312-555/);
    expect(code).toBe(1);
    expect(revealed.out).toContain('order-exporter: parked');
    expect(revealed.out).toContain('listed@example.com');
  });

  it('is explained by SKU, and what nobody knows of is said by the code', async () => {
    const [{ out }] = await Promise.all([
      saidWith(0, 'cartage explain sku BOARD-OAK'),
      saidWith(2, 'cartage explain sku NO-SUCH-SKU'),
      saidWith(2, 'cartage explain order 999999999'),
    ]);
    expect(out).toContain('Nothing is out of order.');
    expect(out).toMatch(/^NOW +SHOP +ERP$/m);
    expect(out).toMatch(/^stock at \w+ +\d/m);
  });

  it('is what `cartage doctor` knows as a symptom, beside all that `check` finds', async () => {
    const { out } = await shell('cartage doctor --json');
    const { findings } = JSON.parse(out) as { findings: Record<string, Finding[]> };
    expect(Object.keys(findings)).toEqual(
      expect.arrayContaining(['Magento', 'ERP', 'Kafka', 'Line', 'Mappings']),
    );
    const wrong = Object.values(findings)
      .flat()
      .filter(({ level }) => level !== 'ok');
    expect(wrong.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['mapping.missing', 'symptom.unmapped_methods']),
    );
    expect(findings.Line!.map(({ code }) => code)).not.toContain('line.near_retention');
  });

  it('is tried on a changed mapping, and a replay says what it comes to before it asks for anything', async () => {
    const changed = join(mkdtempSync(join(tmpdir(), 'cartage-mapping-')), 'changed.yaml');
    const rule = { dueFrom: ['new'], codes: { term: 'NET0' } };
    writeFileSync(changed, sandboxConfiguration({ 'orders.payments.paypal_express': rule }));
    const tried = await shell(`cartage mapping check ${changed} --json`);
    const { changes } = JSON.parse(tried.out) as { changes: MappingChange[] };
    const paypal = { where: 'orders.payments', code: 'paypal_express' };
    const key = held.listed.slice(held.listed.indexOf('sandbox/'));
    expect(changes.find((one) => one.key === key)?.released).toEqual([paypal]);
    const stockKey = 'WH1/BOARD-OAK';
    // Its last record may be on its way still.
    await until('it handled', async () => {
      const { out } = await shell(`cartage replay erp.stock --keys ${stockKey} --json`);
      const { applied, unchanged, keys } = JSON.parse(out) as Record<string, unknown>;
      return applied === false && unchanged === 1 && keys === 1;
    });
    const isReplay = ({ value }: { value: Refresh | null }) => value?.reason === 'replay';
    expect((await recordsNow(stack.bus, refresh)).filter(isReplay)).toEqual([]);
    const applied = await shell(
      `cartage replay erp.stock --keys ${stockKey} --apply --reason 'a test' --json`,
    );
    expect(JSON.parse(applied.out)).toMatchObject({ applied: true, last: stockKey });
    expect((await recordsNow(stack.bus, refresh)).filter(isReplay).map((one) => one.key)).toEqual([stockKey]);
  });

  it('waits while its flow is paused, which the process says, and is handled when that goes on', async () => {
    const metricOf = async () => (await stack.scrapes()).get('order-exporter') ?? '';
    const paused = await shell("cartage pause order-exporter --reason 'the ERP is being moved'");
    expect([paused.code, paused.out]).toEqual([0, expect.stringContaining('paused')]);
    await until('the pause', async () =>
      /^cartage_flow_paused{.*flow="orders".*} 1$/m.test(await metricOf()),
    );
    const number = await placeOrder('checkmo');
    const key = `sandbox/default/${number}`;
    const isOf = (record: { key: string }) => record.key === key;
    await until('the order', async () => (await recordsNow(stack.bus, orders)).some(isOf));
    const resumedAt = Date.now();
    await shell("cartage resume order-exporter --reason 'it is there again'");
    const handled = await until('its outcome', async () =>
      (await recordsNow(stack.bus, outcomes)).find(
        ({ value }) => value?.key === key && value.topic === orders.topic,
      ),
    );
    expect(handled.value!.startedAt).toBeGreaterThanOrEqual(resumedAt);
    expect(JSON.parse((await shell('cartage controls --json')).out)).toMatchObject([
      { reader: 'order-exporter', paused: false, reason: 'it is there again' },
      { reader: 'order-exporter.customers', paused: false },
    ]);
    const acts = (await recordsNow(stack.bus, audit)).map(
      ({ value }) => `${value?.action} ${value?.subject}`,
    );
    expect(acts).toEqual(expect.arrayContaining(['pause order-exporter', 'resume order-exporter']));
  });

  it('never lets the terminal act on what a record holds, and takes back the key that it printed', async () => {
    const nasty = `WH1/A B'\u001b[2J\u009b1m\u202e;$(touch x)`;
    const value = made(9_000, {
      key: nasty,
      code: 'a.nasty_one',
      cause: 'gone \u001b]0;title\u0007\r',
      waitsFor: null,
    });
    await stack.bus.publish(parked, { value });
    await until('it parked', () => stack.witness.parkedFor('a.nasty_one').length === 1);
    const { out } = await shell('cartage parked list --cause a.nasty_one');
    // oxlint-disable-next-line no-control-regex -- that none is there is the point
    expect(out.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    const word = out
      .split('\n')
      .find((line) => line.startsWith('    '))!
      .trim();
    const shown = await shell(`cartage parked show ${word} --json`);
    expect((JSON.parse(shown.out) as Parked).key).toBe(nasty);
    expect((await shell(`cartage parked discard ${word} --reason gone`)).code).toBe(0);
    await until('it gone', () => stack.witness.parkedFor('a.nasty_one').length === 0);
  });

  it('releases: asks for the key again, on record with who did it', async () => {
    const key = held.released;
    const orderKey = key.slice(key.indexOf('sandbox/default/'));
    const dry = await shell(`cartage parked release '${key}' --dry-run`);
    expect(dry.out).toContain(`would ask for magento.orders ${orderKey}`);
    expect((await shell(`cartage --as ada parked release '${key}' --reason 'mended'`)).code).toBe(0);
    const request = await until('the request', () =>
      stack.witness.requests.find((one) => one.key === orderKey && one.reason === 'released'),
    );
    expect(request).toMatchObject({ topic: 'magento.orders', requestedBy: 'cli ada', always: true });
    const act = await until('the act', () => acts.find(({ action }) => action === 'parked.release'));
    expect(act).toMatchObject({ actor: 'ada', keys: [key], count: 1, reason: 'mended', tool: 'cli' });
    expect(acts.filter(({ action }) => action === 'parked.release')).toHaveLength(1);
    const all = await shell('cartage parked release --cause order.payment_unmapped --dry-run --json');
    const { asked } = JSON.parse(all.out) as { asked: object };
    const unmapped = [...(await statesNow(stack.bus, parked))].filter(
      ([, { code }]) => code === 'order.payment_unmapped',
    );
    expect(Object.keys(asked).toSorted()).toEqual(unmapped.map(([name]) => name).toSorted());
    expect((await shell('cartage parked release no/such/key')).code).toBe(1);
  });

  it('says what can be done about a record that nobody can ask for', async () => {
    await produceBytes(stack.kafka.bootstrap, 'erp.stock', 'WH1/MUG-STONE', Buffer.from('no Avro at all'));
    const [name] = await until('the parked bytes', () =>
      [...stack.witness.parked].find(([, { key, topic }]) => key === null && topic === 'erp.stock'),
    );
    const released = await shell(`cartage parked release '${name}'`);
    expect(released.code).toBe(1);
    expect(released.out).toContain('cannot be read, so nobody knows its key');
    const { out } = await shell(`cartage parked show '${name}'`);
    expect(out).toContain('14 bytes; --reveal shows them');
    expect((await shell(`cartage parked show '${name}' --reveal`)).out).toContain(
      Buffer.from('no Avro at all').toString('base64'),
    );
    expect((await shell(`cartage parked discard '${name}' --reason 'test bytes'`)).code).toBe(0);
    await until('it gone', () => !stack.witness.parked.has(name));
  });

  it('discards by cause for a reason, all on record', async () => {
    expect((await shell('cartage parked discard --cause stock.sku_unknown')).code).toBe(1);
    const { code } = await shell(
      "cartage --as ada parked discard --cause stock.sku_unknown --reason 'not sold here'",
    );
    expect(code).toBe(0);
    await until('none left', () => stack.witness.parkedFor('stock.sku_unknown').length === 0);
    const act = await until('the act', () =>
      acts.find(({ subject }) => subject === 'cause stock.sku_unknown'),
    );
    expect(act).toMatchObject({
      actor: 'ada',
      action: 'parked.discard',
      count: 1_200,
      reason: 'not sold here',
    });
    expect(act.keys).toHaveLength(1_000);
  });

  it('erases what is parked of a customer, says what remains until when, and names nobody on record', async () => {
    const key = held.forgotten;
    const orderKey = key.slice(key.indexOf('sandbox/default/'));
    const dry = await shell('cartage erase customer Forgotten@Example.com --dry-run');
    expect(dry.out).toContain('1 original would be erased');
    expect(dry.out).toMatch(/magento\.orders: \d+ records? until 20\d\d-/);
    expect(stack.witness.parked.has(key)).toBe(true);
    const { out, code } = await shell('cartage --as ada erase customer Forgotten@Example.com');
    expect(code).toBe(0);
    expect(out).toContain(orderKey);
    expect(out).toContain('To do: In the ERP');
    await until('it gone', () => !stack.witness.parked.has(key));
    expect(stack.witness.parked.has(held.kept)).toBe(true);
    const act = await until('the act', () => acts.find(({ action }) => action === 'erase'));
    expect(act).toMatchObject({ actor: 'ada', subject: 'a customer', keys: [orderKey] });
    expect(JSON.stringify(acts)).not.toMatch(/forgotten|example\.com/i);
  });

  it('erases one order', async () => {
    const key = held.erased;
    const orderKey = key.slice(key.indexOf('sandbox/default/'));
    const { out } = await shell(`cartage erase order ${orderKey} --json`);
    expect(JSON.parse(out)).toMatchObject({ dryRun: false, orders: [orderKey] });
    await until('it gone', () => !stack.witness.parked.has(key));
    expect((await shell('cartage erase order 000000001')).code).toBe(1);
  });
});

/**
 * The order statements of deploy/config/sandbox.yaml, run as Cartage's own role against a real PostgreSQL.
 * Real: database, role, schema, statements. Ours: the order event, made here.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readOrders } from './testing/configuration.ts';
import { CODES, createOrder, shopReference, startTestErp } from './testing/erp.ts';
import type { TestErp } from './testing/erp.ts';
import { run } from './testing/named-parameters.ts';
import { anOrder } from './testing/order.ts';
import type { Order } from '../../../schemas/types.ts';

let erp: TestErp;
beforeAll(async () => {
  erp = await startTestErp();
});
afterAll(() => erp.close());

const MUGS = { sku: 'MUG-STONE', quantity: 2, priceMinor: 1450 };
const KETTLE = { sku: 'KETTLE-1L', quantity: 1, priceMinor: 4900 };

async function orderOf(reference: string) {
  const { body } = await erp.call('GET', `/orders?shop_reference=${encodeURIComponent(reference)}`);
  return (body as Record<string, unknown>[])[0];
}

async function change(order: Order): Promise<number[]> {
  const statements = (await readOrders()).change;
  const counts = [];
  for (const { sql } of statements) {
    const rows = await run(erp.cartage, sql, { key: shopReference(order), order, codes: CODES });
    counts.push(rows.length);
  }
  return counts;
}

describe('orders.create', () => {
  it('writes an order to the cent, with its lines, taxes, addresses and codes', async () => {
    const order = anOrder({ incrementId: '000000001', lines: [MUGS, KETTLE] });
    const { reference } = await createOrder(erp.cartage, order);
    expect(await orderOf('us/default/000000001')).toMatchObject({
      name: reference,
      state: 'draft',
      on_hold: false,
      partner: 'Veronica Costello',
      payment_term: 'NET0',
      carrier: 'UPS',
      service: 'GROUND',
      currency: 'USD',
      goods_amount: '78.0000',
      shipping_amount: '5.0000',
      tax_amount: '6.4300',
      total_amount: '89.4300',
      ordered_at: '2026-01-02T03:04:05.000Z',
      lines: [
        {
          shopLineId: '000000001-1',
          sku: 'MUG-STONE',
          quantity: '2.0000',
          unitPrice: '14.5000',
          tax: '2.3900',
        },
        {
          shopLineId: '000000001-2',
          sku: 'KETTLE-1L',
          quantity: '1.0000',
          unitPrice: '49.0000',
          tax: '4.0400',
        },
      ],
    });
    const { rows } = await erp.owner.query('select street, region, country_code from partner_address');
    expect(rows).toEqual([{ street: '6146 Honey Bluff Parkway\nApt 2', region: 'MI', country_code: 'US' }]);
  });

  it('is found by the look-up, which finds nothing else', async () => {
    const order = anOrder({ incrementId: '000000002', lines: [MUGS] });
    const { lookup } = await readOrders();
    expect(await run(erp.cartage, lookup, { key: shopReference(order) })).toEqual([]);
    const made = await createOrder(erp.cartage, order);
    expect(await run(erp.cartage, lookup, { key: shopReference(order) })).toEqual([
      { ...made, canceled: false },
    ]);
  });

  it('is refused a second time for the same shop order, and leaves nothing behind', async () => {
    const order = anOrder({ incrementId: '000000003', lines: [MUGS], email: 'third@example.com' });
    await createOrder(erp.cartage, order);
    const counts =
      'select (select count(*) from sales_order_line) l, (select count(*) from partner_address) a';
    const before = (await erp.owner.query(counts)).rows;
    await expect(createOrder(erp.cartage, order)).rejects.toMatchObject({
      code: '23505',
      constraint: 'one_order_per_shop_order',
    });
    expect((await erp.owner.query(counts)).rows).toEqual(before);
  });

  it('takes the partner who is there, whatever the case of the address, and his known postal address', async () => {
    await createOrder(
      erp.cartage,
      anOrder({ incrementId: '000000004', lines: [MUGS], email: 'Same@Example.com' }),
    );
    await createOrder(
      erp.cartage,
      anOrder({ incrementId: '000000005', lines: [MUGS], email: 'same@example.com' }),
    );
    const { rows } = await erp.owner.query(
      `select count(distinct p.id)::int as partners, count(a.id)::int as addresses
         from partner p join partner_address a on a.partner_id = p.id where lower(p.email) = 'same@example.com'`,
    );
    expect(rows).toEqual([{ partners: 1, addresses: 1 }]);
  });

  it('names the SKU, the payment term and the carrier service that the ERP does not know', async () => {
    const unknownSku = anOrder({ incrementId: '000000006', lines: [{ ...MUGS, sku: 'NO-SUCH' }] });
    await expect(createOrder(erp.cartage, unknownSku)).rejects.toThrow(
      'no product with SKU NO-SUCH in the ERP',
    );
    const order = anOrder({ incrementId: '000000007', lines: [MUGS] });
    const term = createOrder(erp.cartage, order, { ...CODES, payment: { term: 'NET99' } });
    await expect(term).rejects.toThrow('no payment term NET99 in the ERP');
    const service = createOrder(erp.cartage, order, {
      ...CODES,
      shipping: { carrier: 'UPS', service: 'SLED' },
    });
    await expect(service).rejects.toThrow('no carrier service UPS SLED in the ERP');
    expect(await orderOf('us/default/000000007')).toBeUndefined();
  });

  it('refuses totals that do not add up to the cent', async () => {
    const order = anOrder({ incrementId: '000000008', lines: [MUGS] });
    order.totals.grandTotalMinor += 1;
    await expect(createOrder(erp.cartage, order)).rejects.toMatchObject({ constraint: 'totals_add_up' });
  });

  it('keeps fees, and what is paid by gift card, as other amounts', async () => {
    const order = anOrder({ incrementId: '000000011', lines: [MUGS], shippingMinor: 0 });
    order.totals.others = [{ code: 'payment_fee', amountMinor: 250 }];
    order.totals.giftCardMinor = 1000;
    order.totals.grandTotalMinor -= 750;
    await createOrder(erp.cartage, order);
    expect(await orderOf('us/default/000000011')).toMatchObject({ other_amount: '-7.5000' });
  });

  it('takes an order whose record was written before its totals could say such things', async () => {
    const order = anOrder({ incrementId: '000000012', lines: [MUGS] });
    const unsaid = {
      giftCardMinor: null,
      storeCreditMinor: null,
      rewardPointsMinor: null,
      roundingMinor: null,
    };
    order.totals = { ...order.totals, ...unsaid, fixedProductTaxMinor: null };
    await createOrder(erp.cartage, order);
    expect(await orderOf('us/default/000000012')).toMatchObject({ other_amount: '0.0000' });
  });

  it('knows a product by its SKU though custom options were appended to it', async () => {
    const engraved = anOrder({ incrementId: '000000013', lines: [{ ...MUGS, sku: 'MUG-STONE-ENG-' }] });
    await expect(createOrder(erp.cartage, engraved)).rejects.toThrow('no product with SKU MUG-STONE-ENG-');
    engraved.lines[0]!.options = [
      {
        kind: 'custom',
        optionId: '2',
        values: ['For Ada'],
        quantity: null,
        label: 'Engraving',
        valueLabels: [],
      },
    ];
    await createOrder(erp.cartage, engraved);
    const { lines } = (await orderOf('us/default/000000013')) as { lines: { sku: string }[] };
    expect(lines.map(({ sku }) => sku)).toEqual(['MUG-STONE']);
  });

  it('counts the minor units of the currency, not always cents', async () => {
    const order = anOrder({ incrementId: '000000009', lines: [MUGS], shippingMinor: 0 });
    order.totals = { ...order.totals, currency: 'JPY', digits: 0 };
    await createOrder(erp.cartage, order);
    expect(await orderOf('us/default/000000009')).toMatchObject({
      currency: 'JPY',
      goods_amount: '2900.0000',
    });
  });

  it('needs neither an e-mail address, nor a shipping address, nor a carrier for an order without goods', async () => {
    const order = anOrder({ incrementId: '000000010', lines: [MUGS], shippingMinor: 0 });
    order.customer.email = null;
    await createOrder(
      erp.cartage,
      { ...order, isVirtual: true, shippingAddress: null, shippingMethod: null },
      { payment: { term: 'NET0' }, shipping: null, store: {} },
    );
    expect(await orderOf('us/default/000000010')).toMatchObject({
      carrier: null,
      partner: 'Veronica Costello',
    });
  });
});

describe('orders.change', () => {
  it('holds, releases, and does nothing the second time', async () => {
    const order = anOrder({ incrementId: '000000020', lines: [MUGS] });
    const { id } = await createOrder(erp.cartage, order);
    expect(await change({ ...order, state: 'holded' })).toEqual([1, 0, 0]);
    expect(await change({ ...order, state: 'holded' })).toEqual([0, 0, 0]);
    expect(await erp.call('POST', `/orders/${id}/confirm`)).toMatchObject({
      status: 409,
      body: { code: 'order_on_hold' },
    });
    expect(await change(order)).toEqual([1, 0, 0]);
    expect((await erp.call('POST', `/orders/${id}/confirm`)).status).toBe(200);
  });

  it('cancels a confirmed order with its deliveries and frees what they held, once', async () => {
    const order = anOrder({ incrementId: '000000021', lines: [KETTLE] });
    const { id, reference } = await createOrder(erp.cartage, order);
    await erp.call('POST', `/orders/${id}/confirm`);
    expect(await change({ ...order, state: 'canceled' })).toEqual([0, 1, 0]);
    expect(await change({ ...order, state: 'canceled' })).toEqual([0, 0, 0]);
    expect(await orderOf('us/default/000000021')).toMatchObject({
      state: 'canceled',
      deliveries: [{ state: 'canceled', warehouse: 'WH1' }],
    });
    const held = await erp.owner.query('select from reservation where reference = $1', [reference]);
    expect(held.rowCount).toBe(0);
  });

  it('leaves a remark, once, where goods have left the house', async () => {
    const order = anOrder({ incrementId: '000000022', lines: [KETTLE] });
    const { id } = await createOrder(erp.cartage, order);
    const { body } = await erp.call('POST', `/orders/${id}/confirm`);
    const [delivery] = (body as { deliveries: { id: number }[] }).deliveries;
    await erp.call('POST', `/deliveries/${delivery?.id}/ship`, {});
    expect(await change({ ...order, state: 'closed' })).toEqual([0, 0, 1]);
    expect(await change({ ...order, state: 'closed' })).toEqual([0, 0, 0]);
    expect(await orderOf('us/default/000000022')).toMatchObject({
      state: 'done',
      notes: [{ code: 'shop_closed' }],
    });
  });
});

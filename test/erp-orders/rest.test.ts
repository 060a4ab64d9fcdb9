/** The recipe for ERPNext that ships, on a stand-in with its habits. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Order, OrderLine } from '../../schemas/types.ts';
import { RestErp, refusal } from '../sandbox/http-erp/rest-erp.ts';
import { anInput } from './an-input.ts';
import { faultsSuite } from './faults-suite.ts';
import type { HttpBackend, HttpBackends } from './faults-suite.ts';
import { anywhere, httpBackend } from './http-backend.ts';
import { ordersSuite } from './orders-suite.ts';
import { restRecipe } from './rest-recipe.ts';

const recipe = restRecipe(anywhere);

const rest = {
  start(erp = new RestErp('token key:secret', ['MUG', 'CUP', 'REFUND'])) {
    const ofKey = (key: string) => erp.all('Sales Order').filter((order) => order.custom_shop_key === key);
    return httpBackend(erp.standIn, recipe, {
      held: (key) =>
        Promise.resolve(
          ofKey(key).map(({ docstatus, items }) => ({
            state: String(docstatus),
            lines: (items as []).length,
          })),
        ),
      credits: () => Promise.resolve(erp.all('Sales Invoice').map(({ grand_total }) => -Number(grand_total))),
      beside: () => ({ customers: erp.all('Customer').length, addresses: erp.all('Address').length }),
      writes: ({ method, path }) => method === 'POST' && path.endsWith('/Sales Order'),
    });
  },
  accepted: '1',
  canceled: '2',
  refusesSecond: true,
  hasCreditNotes: true,
  logsIn: false,
  locked: { said: refusal('QueryDeadlockError', 'Deadlock found') },
  loggedOut: { said: refusal('AuthenticationError', 'Who are you?') },
  refused: { said: refusal('ValidationError', 'Credit limit has been crossed') },
} satisfies HttpBackends;

/** Made in an ERP that knows nothing. */
async function made(change: Partial<Order>): Promise<RestErp> {
  const erp = new RestErp('token key:secret', ['MUG', 'CUP']);
  const backend = await rest.start(erp);
  const orders = backend.open();
  try {
    await orders.create(anInput(change));
  } finally {
    await orders.close();
    await backend.close();
  }
  return erp;
}

describe("what becomes of an order's amounts and addresses", () => {
  const { order } = anInput();
  const [mug, cup] = order.lines as [OrderLine, OrderLine];

  it('are of the item itself, whatever options have made of its SKU', async () => {
    const chosen = {
      kind: 'custom',
      optionId: '7',
      values: ['To Ann'],
      quantity: null,
      label: null,
      valueLabels: [],
    };
    const erp = await made({
      lines: [{ ...mug, sku: 'MUG-ENG', productSku: 'MUG', options: [chosen] }, cup],
    });
    expect(erp.all('Sales Order')[0]!.items).toMatchObject([{ item_code: 'MUG' }, { item_code: 'CUP' }]);
  });

  it.each<[string, OrderLine[]]>([
    ['a rate of more digits than the currency has', [{ ...mug, unitPrice: '14.4970', rowTotalMinor: 2899 }]],
    [
      'a line that is free, and has a price in the list',
      [mug, { ...cup, unitPrice: '0.0000', rowTotalMinor: 0 }],
    ],
    ['half a cent', [{ ...mug, quantity: '0.5000', unitPrice: '9.8500', rowTotalMinor: 493 }]],
  ])('%s is booked to the cent', async (_name, lines) => {
    const rows = lines.reduce((sum, { rowTotalMinor }) => sum + rowTotalMinor, 0);
    const { taxMinor, shippingMinor } = order.totals;
    const grandTotalMinor = rows + taxMinor + shippingMinor;
    const erp = await made({ lines, totals: { ...order.totals, grandTotalMinor } });
    expect(erp.all('Sales Order')).toMatchObject([{ docstatus: 1, grand_total: grandTotalMinor / 100 }]);
  });

  it('both addresses are whole, each in its country, and one where they are the same', async () => {
    const elsewhere = {
      ...order.shippingAddress!,
      street: ['a', 'b', 'c'],
      region: 'Hessen',
      countryCode: 'DE',
    };
    const erp = await made({ shippingAddress: elsewhere });
    expect(erp.all('Address')).toMatchObject([
      { country: 'United States', state: 'MI', address_line2: 'Apt 2', address_type: 'Billing' },
      { country: 'Germany', state: 'Hessen', address_line2: 'b, c', address_type: 'Shipping' },
    ]);
    const [bill, goods] = erp.all('Address');
    expect(erp.all('Sales Order')).toMatchObject([
      { customer_address: bill!.name, shipping_address_name: goods!.name },
    ]);
    const named = await made({
      billingAddress: { ...elsewhere, firstName: 'x'.repeat(255), company: 'y'.repeat(255) },
    });
    expect(named.all('Sales Order')).toHaveLength(1);
    const virtual = await made({ shippingAddress: null });
    const [only] = virtual.all('Address');
    expect(virtual.all('Sales Order')[0]).toMatchObject({ customer_address: only!.name });
    expect(virtual.all('Sales Order')[0]).not.toHaveProperty('shipping_address_name');
  });
});

describe('an order in ERPNext', () => {
  let erp: RestErp;
  let backend: HttpBackend;
  let orders: ReturnType<HttpBackend['open']>;
  beforeEach(async () => {
    erp = new RestErp('token key:secret', ['MUG', 'CUP', 'REFUND']);
    backend = await rest.start(erp);
    orders = backend.open();
  });
  afterEach(async () => {
    await orders.close();
    await backend.close();
  });

  it('that its user may not make waits for the right, as all others do', async () => {
    const said = refusal('PermissionError', 'No permission for Sales Order');
    for (const _ of ['once', 'in a new session'])
      erp.standIn.misbehave(({ method, path }) => method === 'POST' && path.endsWith('Order'), { said });
    await expect(orders.create(anInput())).rejects.toMatchObject({
      name: 'Unavailable',
      fault: { code: 'erp.session' },
    });
  });

  it("is paid back by drafts of its own, and not by those of another's key that is like it", async () => {
    const { key, order } = anInput();
    await orders.create(anInput());
    const custom_shop_refund = `${key.toUpperCase()}/refund/1000`;
    const other = { name: 'other', is_return: 1, docstatus: 0, grand_total: -10, custom_shop_refund };
    erp.all('Sales Invoice').push(other);
    const totals = { ...order.totals, refundedMinor: 1000 };
    expect(await orders.change(anInput({ totals }))).toMatchObject({ changed: true });
    expect(erp.all('Sales Invoice')).toHaveLength(2);
    expect(await orders.change(anInput({ totals }))).toMatchObject({ changed: false });
  });

  it('that somebody has closed is as good as canceled', async () => {
    await orders.create(anInput());
    const [made] = erp.all('Sales Order');
    made!.status = 'Closed';
    expect(await orders.change(anInput({ state: 'canceled' }))).toMatchObject({ changed: false });
    made!.status = 'To Deliver and Bill';
    expect(await orders.change(anInput({ state: 'canceled' }))).toMatchObject({ changed: true });
  });
});

ordersSuite('a REST ERP', rest);
faultsSuite('an order into a REST ERP', rest);

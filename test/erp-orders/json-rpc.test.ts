/** The recipes for Odoo that ship, and one in a session by cookie, on a stand-in with its habits. */
import { describe, expect, it } from '@jest/globals';
import { connectRecipe } from '../../services/erp/recipe/connect.ts';
import type { Recipe } from '../../services/platform/config/sections/recipe.ts';
import { JsonRpcErp, json2Error, rpcError } from '../sandbox/http-erp/json-rpc-erp.ts';
import type { ExceptionName } from '../sandbox/http-erp/json-rpc-erp.ts';
import { recipeOf, shippedRecipe } from '../sandbox/http-erp/recipes.ts';
import type { Said } from '../sandbox/http-erp/stand-in.ts';
import { faultsSuite } from './faults-suite.ts';
import type { HttpBackends } from './faults-suite.ts';
import { anInput } from './an-input.ts';
import { anywhere, httpBackend, hurried } from './http-backend.ts';
import { ordersSuite } from './orders-suite.ts';

const shipped = (name: string): Recipe =>
  shippedRecipe(name, {
    ODOO_URL: anywhere,
    ODOO_API_KEY: 'key',
    ODOO_DATABASE: 'shop',
    ODOO_USER: 'cartage',
  });

const overJsonRpc = shipped('odoo-json-rpc.yaml');

/** As a browser does it. */
function inASession(): Recipe {
  const { session, request } = recipeOf(`
    url: ${anywhere}
    secrets: { key: key }
    session:
      open:
        send: POST /web/session/authenticate
        body: { jsonrpc: '2.0', method: call, params: { db: shop, login: cartage, password: =$secrets.key } }
        take: =$match(headers.\`set-cookie\`, /session_id=[^;]+/)[0].match
      headers: { cookie: =$session }
    request:
      send: POST /web/dataset/call_kw
      body: { jsonrpc: '2.0', method: call, params: =$call }
      result: =body.result
    orders:
      lookup: [{ call: {} }]
      carries: =true
      document: { id: =id }
      create: { call: {} }`);
  return { ...overJsonRpc, session, request };
}

function backends(
  recipe: Recipe,
  error: (name: ExceptionName, message: string) => Said,
  logsIn: boolean,
): HttpBackends {
  return {
    start() {
      const erp = new JsonRpcErp(['MUG', 'CUP']);
      const lines = (order: Record<string, unknown>) =>
        (order.lines as { product_id: number }[]).filter(({ product_id }) => product_id !== shippingId);
      const shippingId = erp.rows['product.product']!.find((row) => row.default_code === 'SHIPPING')!.id;
      const partners = (isAddress: boolean) =>
        erp.rows['res.partner']!.filter(({ parent_id }) => (parent_id !== undefined) === isAddress);
      return httpBackend(erp.standIn, recipe, {
        held: (key) =>
          Promise.resolve(
            erp.rows['sale.order']!.filter((order) => order.client_order_ref === key).map((order) => ({
              state: String(order.state),
              lines: lines(order).length,
            })),
          ),
        credits: () =>
          Promise.resolve(erp.rows['account.move']!.map(({ amount_total }) => Number(amount_total))),
        beside: () => ({ customers: partners(false).length, addresses: partners(true).length }),
        writes: ({ path, text }) =>
          path.endsWith('sale.order/create') || /"sale\.order","(method":")?create"/.test(text),
      });
    },
    accepted: 'sale',
    canceled: 'cancel',
    refusesSecond: true,
    hasCreditNotes: true,
    logsIn,
    locked: { said: error('psycopg2.errors.SerializationFailure', 'could not serialize access') },
    loggedOut: { said: error('odoo.http.SessionExpiredException', 'Session expired') },
    refused: { said: error('odoo.exceptions.UserError', 'The customer is over its credit limit') },
  };
}

const json2 = backends(shipped('odoo-json-2.yaml'), json2Error, false);
const session = backends(inASession(), rpcError, true);

ordersSuite('Odoo over JSON-2', json2);
ordersSuite('Odoo over JSON-RPC', backends(overJsonRpc, rpcError, true));
ordersSuite('an ERP in a session', session);
// The second one asks the same in another frame.
faultsSuite('an order into Odoo over JSON-2', json2);
faultsSuite('an order into an ERP in a session', session);

describe('an order into Odoo', () => {
  const started = async (ofRecipe = overJsonRpc) => {
    const erp = new JsonRpcErp(['MUG', 'CUP']);
    await erp.standIn.start();
    const recipe = JSON.parse(JSON.stringify(ofRecipe).replaceAll(anywhere, erp.standIn.url)) as Recipe;
    const { orders, close } = connectRecipe({ recipe, clock: hurried });
    return { rows: erp.rows, orders, end: () => Promise.all([close(), erp.standIn.stop()]) };
  };

  /** Whom each order is billed and delivered to. */
  const places = (rows: JsonRpcErp['rows']) =>
    rows['sale.order']!.map((order) =>
      [order.partner_invoice_id, order.partner_shipping_id].map((shown) =>
        rows['res.partner']!.find(({ id }) => id === (shown as [number])[0])!,
      ),
    );

  it('is of the partner that somebody has archived, and no second one is asked for', async () => {
    const { rows, orders, end } = await started();
    await orders.create(anInput());
    for (const partner of rows['res.partner']!) partner.active = partner.parent_id !== undefined;
    await orders.create({ ...anInput({ incrementId: '000000002' }), key: 'us/default/000000002' });
    await end();
    expect(rows['res.partner']!.filter(({ parent_id }) => parent_id === undefined)).toHaveLength(1);
    expect(rows['sale.order']!.map(({ state }) => state)).toEqual(['sale', 'sale']);
  });

  it('is billed and delivered to the addresses of this order, whatever the partner was made with', async () => {
    const { rows, orders, end } = await started();
    await orders.create(anInput());
    const { billingAddress, shippingAddress } = anInput().order;
    const moved = anInput({
      billingAddress: { ...billingAddress!, city: 'Bonn' },
      shippingAddress: { ...shippingAddress!, city: 'Köln' },
    });
    await orders.create({ ...moved, key: 'us/default/000000002' });
    await end();
    expect(places(rows).map((contacts) => contacts.map(({ city }) => city))).toEqual([
      ['Calder', 'Calder'],
      ['Bonn', 'Köln'],
    ]);
  });

  it('is of the product itself, whatever options have made of its SKU, and says what was chosen', async () => {
    const { rows, orders, end } = await started();
    const [mug, cup] = anInput().order.lines;
    const chosen = {
      kind: 'custom',
      optionId: '7',
      values: ['To Ann'],
      quantity: null,
      label: 'Engraving',
      valueLabels: [],
    };
    await orders.create(
      anInput({ lines: [{ ...mug!, sku: 'MUG-ENG', productSku: 'MUG', options: [chosen] }, cup!] }),
    );
    await end();
    const ofMug = rows['product.product']!.find(({ default_code }) => default_code === 'MUG')!.id;
    const [line] = rows['sale.order']![0]!.lines as Record<string, unknown>[];
    expect(line).toMatchObject({ product_id: ofMug, name: `${mug!.name}\nEngraving: To Ann` });
  });

  it.each(['odoo-json-rpc.yaml', 'odoo-json-2.yaml'])(
    'goes where the shop has corrected it to, and not where somebody in Odoo has sent it since: %s',
    async (name) => {
      const { rows, orders, end } = await started(shipped(name));
      const { billingAddress, shippingAddress } = anInput().order;
      const moved = (city: string) =>
        anInput({
          billingAddress: billingAddress!,
          shippingAddress: {
            ...shippingAddress!,
            city,
            company: 'Kontor',
            region: 'CA',
            regionName: 'California',
          },
        });
      await orders.create(anInput());
      expect(await orders.change(moved('Köln'))).toMatchObject({ changed: true });
      expect(await orders.change(moved('Köln'))).toMatchObject({ changed: false });
      const [bill, delivery] = places(rows)[0]!;
      expect([bill!.city, delivery!.city, delivery!.state_id]).toEqual(['Calder', 'Köln', 13]);
      expect(delivery!.name).toMatch(/^Kontor, \w+ \w+/);
      const [order] = rows['sale.order']!;
      order!.partner_shipping_id = order!.partner_id;
      expect(await orders.change(moved('Bonn'))).toMatchObject({ changed: false });
      await end();
      expect(order!.partner_shipping_id).toEqual(order!.partner_id);
    },
  );

  describe.each(['odoo-json-rpc.yaml', 'odoo-json-2.yaml'])(
    'that it has invoiced and the shop pays back as a whole: %s',
    (name) => {
      const { totals } = anInput().order;
      const { grandTotalMinor } = totals;
      const amount_total = grandTotalMinor / 100;
      /** Odoo's moves beside one invoice of the whole; what the shop has kept, minor units; a part that it has paid back before. */
      const credited = async (
        others: readonly Record<string, unknown>[] = [],
        { keptMinor = 0, partMinor = 0 } = {},
      ) => {
        const { rows, orders, end } = await started(shipped(name));
        const { id, reference } = await orders.create(anInput());
        const moves = rows['account.move']!;
        const invoice = { move_type: 'out_invoice', state: 'posted', amount_total };
        moves.push({ ...invoice, id: 900, 'line_ids.sale_line_ids.order_id': Number(id) });
        // Of another order.
        moves.push({ ...invoice, id: 901, 'line_ids.sale_line_ids.order_id': 1 });
        for (const [index, other] of others.entries())
          moves.push({
            ...invoice,
            invoice_origin: reference,
            'line_ids.sale_line_ids.order_id': Number(id),
            ...other,
            id: 910 + index,
          });
        const paidBack = (refundedMinor: number) => ({
          ...totals,
          paidMinor: grandTotalMinor,
          refundedMinor,
        });
        if (partMinor > 0) await orders.change(anInput({ totals: paidBack(partMinor) }));
        const closed = anInput({ state: 'closed', totals: paidBack(grandTotalMinor - keptMinor) });
        expect(await orders.change(closed)).toMatchObject({ changed: true });
        expect(await orders.change(closed)).toMatchObject({ changed: false });
        await end();
        expect(rows['sale.order']!.map(({ state }) => state)).toEqual(['cancel']);
        const drafts = moves.filter(({ ref }) => String(ref).startsWith('us/default/000000001/refund/'));
        expect(drafts.filter(({ state }) => state !== 'draft')).toEqual([]);
        return drafts.map((draft) => Math.round(Number(draft.amount_total) * 100));
      };

      it('is credited once, and canceled', async () => {
        expect(await credited()).toEqual([grandTotalMinor]);
      });

      it('is credited without the fee that the shop has kept, in one part or two', async () => {
        expect(await credited([], { keptMinor: 1000 })).toEqual([grandTotalMinor - 1000]);
        expect(await credited([], { keptMinor: 1000, partMinor: 700 })).toEqual([
          700,
          grandTotalMinor - 1700,
        ]);
      });

      it('is credited beside a reversal that is a draft, which Odoo cancels, and not beside a posted one', async () => {
        const reversal = { move_type: 'out_refund' };
        expect(await credited([{ ...reversal, state: 'draft' }])).toEqual([grandTotalMinor]);
        expect(await credited([reversal])).toEqual([]);
      });

      it('is credited anew where its invoice was reversed and made anew', async () => {
        expect(await credited([{ move_type: 'out_refund' }, {}])).toEqual([grandTotalMinor]);
      });
    },
  );
});

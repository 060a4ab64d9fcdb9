/**
 * The stand-in for Odoo answers as a real one does: the shipped recipe's calls, one after the other, and the shape of what
 * each was answered are those that an Odoo 17.0 gave. Recorded anew where `ODOO_RECORD` is true, against the database of
 * ODOO_URL and the other variables of the recipe, prepared as its head says, with services SHIPPING, DISCOUNT and FEES, goods MUG and
 * CUP, US dollars, and a sales tax of 8.25 %.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, it } from '@jest/globals';
import { anOrder } from '../sandbox/erp/testing/order.ts';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { buyerOf } from '../../services/erp/orders/buyer.ts';
import { checkRecipe } from '../../services/erp/recipe/check.ts';
import { connectRecipe } from '../../services/erp/recipe/connect.ts';
import { aCustomer, anAddress } from '../../services/order-exporter/customers/testing/a-customer.ts';
import { JsonRpcErp } from '../sandbox/http-erp/json-rpc-erp.ts';
import { shippedRecipe } from '../sandbox/http-erp/recipes.ts';
import { hurried } from './http-backend.ts';

const file = join(projectFolder, 'test/erp-orders/odoo-17-answers.json');
const isRecording = process.env.ODOO_RECORD === 'true';
const erp = new JsonRpcErp(['MUG', 'CUP']);
const transcript: unknown[] = [];
const wanted: Record<string, string> = isRecording
  ? (process.env as Record<string, string>)
  : { ODOO_API_KEY: 'key', ODOO_DATABASE: 'shop', ODOO_USER: 'cartage' };

/** Between the recipe and the ERP: passes on, and notes what was asked and the shape of the answer. */
const between = createServer((request, response) => {
  void text(request).then(async (asked) => {
    const { params } = JSON.parse(asked) as { params: { method: string; args: unknown[] } };
    const body = await answered(asked);
    transcript.push({
      call: params.method === 'login' ? 'login' : `${String(params.args[3])}.${String(params.args[4])}`,
      answer: shapeOf(body.error ?? body.result ?? null),
    });
    response.end(JSON.stringify(body));
  });
});

async function answered(body: string): Promise<{ error?: unknown; result?: unknown }> {
  const url = isRecording ? wanted.ODOO_URL! : erp.standIn.url;
  const answer = await fetch(`${url}/jsonrpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return (await answer.json()) as { error?: unknown; result?: unknown };
}

/** Members of an answer that differ from one Odoo, or one call, to the next. */
const unsaid = new Set(['debug', 'context', 'id', 'arguments']);

/** Ids, numbers and names differ from one database to the next; states, types and words of refusals do not. */
function shapeOf(value: unknown, name = ''): unknown {
  if (Array.isArray(value))
    return [...new Set(value.map((one) => JSON.stringify(shapeOf(one))))].map(
      (one) => JSON.parse(one) as unknown,
    );
  if (typeof value === 'number') return 'number';
  if (typeof value === 'string')
    return /^(name|display_name|client_order_ref|ref|x_cartage_key)$/.test(name) && !value.startsWith('odoo.')
      ? 'text'
      : value.replaceAll(/\d+/g, '#');
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([member]) => !unsaid.has(member))
      .toSorted(([one], [two]) => (one < two ? -1 : 1))
      .map(([member, of]) => [member, shapeOf(of, member)]),
  );
}

afterAll(async () => {
  between.close();
  await erp.standIn.stop();
});

it('answers the way of orders and of a customer as it did', async () => {
  await erp.standIn.start();
  await new Promise<void>((resolve) => {
    between.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(between.address() as AddressInfo).port}`;
  const recipe = shippedRecipe('odoo-json-rpc.yaml', { ...wanted, ODOO_URL: url });
  const deadlineMs = isRecording ? 120_000 : recipe.deadlineMs;
  const { orders, customers, close } = connectRecipe({ recipe: { ...recipe, deadlineMs }, clock: hurried });
  const start = isRecording ? Date.now() % 1e8 : 1;
  const input = (number: number, sku = 'CUP') => {
    const incrementId = String(start + number);
    const lines = [
      { sku: 'MUG', quantity: 2, priceMinor: 1450 },
      { sku, quantity: 1, priceMinor: 999 },
    ];
    const order = anOrder({ incrementId, lines, email: `${incrementId}@example.com` });
    return { key: `us/default/${incrementId}`, order, codes: {}, buyer: buyerOf(order, 'email') };
  };
  const changed = (of: ReturnType<typeof input>, members: object) => ({
    ...of,
    order: { ...of.order, ...members },
  });
  const one = input(1);
  await orders.create(one);
  await orders.create(one);
  const { shippingAddress } = one.order;
  const moved = changed(one, { shippingAddress: { ...shippingAddress, city: 'Bonn', company: 'Kontor' } });
  await orders.change(moved);
  await orders.change(moved);
  const refunded = changed(one, { totals: { ...one.order.totals, refundedMinor: 1000 } });
  await orders.change(refunded);
  await orders.change(refunded);
  await orders.change(changed(one, { state: 'canceled' }));
  await orders.change(changed(one, { state: 'canceled' }));
  await expect(orders.create(input(2, 'NO-SUCH'))).rejects.toMatchObject({ name: 'Rejected' });
  const locked = input(3);
  const { id } = await orders.create(locked);
  const raw = (model: string, method: string, args: unknown[], key = recipe.secrets.key) =>
    fetch(`${url}/jsonrpc`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        method: 'call',
        params: {
          service: 'object',
          method: 'execute_kw',
          args: [wanted.ODOO_DATABASE, uid(), key, model, method, args, {}],
        },
      }),
    });
  const uid = () => (isRecording ? Number(wanted.ODOO_UID) : 2);
  await raw('sale.order', 'action_lock', [[Number(id)]]);
  await expect(orders.change(changed(locked, { state: 'canceled' }))).rejects.toMatchObject({
    fault: { why: expect.stringContaining('locked') },
  });
  // A second one of the same key.
  await raw('sale.order', 'write', [[Number(id)], { client_order_ref: one.key }]);
  await raw('res.partner', 'create', [[{ name: 'Nobody', x_cartage_key: `us/base/${start}` }]]);
  await raw('res.partner', 'create', [[{ name: 'Nobody', x_cartage_key: `us/base/${start}` }]]);
  await raw('sale.order', 'search_read', [[['client_order_ref', '=', one.key]], ['name']], 'wrong');
  const who = { key: `us/base/${start + 1}`, website: 'base', email: `${start}@example.com` };
  const customer = (ids: number[]) => ({
    ...who,
    customer: aCustomer({ addresses: ids.map((at) => anAddress(at, { isDefaultBilling: at === ids[0] })) }),
    codes: {},
  });
  await customers!.upsert(customer([1, 2]));
  await customers!.upsert(customer([2]));
  await customers!.erase(who);
  await close();
  const findings = await checkRecipe({ ...recipe, deadlineMs });
  expect(findings.filter(({ level }) => level === 'fail')).toEqual([]);
  if (isRecording) writeFileSync(file, `${JSON.stringify(transcript, null, 1)}\n`);
  expect(transcript).toEqual(JSON.parse(readFileSync(file, 'utf8')));
});

import { asText } from '../rest/json.ts';
import { addToCart, createCart, emptyAddress } from '../sales/cart.ts';
import { invoice } from '../sales/invoice.ts';
import { getOrder } from '../sales/order-state.ts';
import { placeOrder } from '../sales/place-order.ts';
import { FatalError, RestError } from '../rest/errors.ts';
import { membersOf } from '../rest/input.ts';
import { isObject } from '../rest/json.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import type { Shop } from '../shop.ts';
import type { AddressRow } from '../state/sales-rows.ts';
import type { FaultRule, Faults } from './faults.ts';
import type { JournalEntry } from './journal.ts';
import { summary } from './summary.ts';

export interface ControlAnswer {
  status: number;
  body: Json | JournalEntry[];
}

/**
 * The control face under `/sandbox/`: what a test or a visitor does to the shop that no API call does.
 * Without signature, loopback only.
 */
export function control(
  shop: Shop,
  faults: Faults,
  method: string,
  path: string,
  query: URLSearchParams,
  body: Json,
): ControlAnswer {
  try {
    const answer = route(shop, faults, `${method} ${path}`, query, body);
    return (
      answer ?? {
        status: 404,
        body: { message: `No ${method} ${path} on the control face of the sandbox shop.` },
      }
    );
  } catch (error) {
    if (error instanceof RestError) return { status: error.status, body: error.body };
    if (error instanceof FatalError) return { status: 500, body: { message: error.message } };
    throw error;
  } finally {
    shop.db.commit();
  }
}

function route(
  shop: Shop,
  faults: Faults,
  call: string,
  query: URLSearchParams,
  body: Json,
): ControlAnswer | null {
  if (call === 'GET /sandbox/state') return { status: 200, body: summary(shop) };
  if (call === 'GET /sandbox/journal')
    return { status: 200, body: shop.journal.since(Number(query.get('since') ?? 0)) };
  if (call === 'POST /sandbox/orders') return { status: 200, body: order(shop, membersOf(body)) };
  if (call === 'POST /sandbox/faults') {
    const rules = Array.isArray(body) ? body : [body];
    faults.set(rules.filter(isObject) as unknown as FaultRule[]);
    return { status: 200, body: { rules: rules.length } };
  }
  if (call === 'DELETE /sandbox/faults') {
    faults.set([]);
    return { status: 200, body: { rules: 0 } };
  }
  const toInvoice = /^POST \/sandbox\/invoice\/(\d+)$/.exec(call)?.[1];
  if (toInvoice === undefined) return null;
  const document = invoice(shop, getOrder(shop, Number(toInvoice)), { items: [] });
  return { status: 200, body: { entity_id: document.entity_id, grand_total: document.grand_total } };
}

/** Places an order through the code of the guest checkout. */
function order(shop: Shop, given: JsonObject): Json {
  const lines = Array.isArray(given['lines']) ? given['lines'].map(membersOf) : [];
  const cart = createCart(shop, Number(given['storeId'] ?? 1));
  for (const line of lines)
    addToCart(shop, cart, asText(line['sku']), Number(line['qty'] ?? 1), line['option'] ?? null);
  const email = typeof given['email'] === 'string' ? given['email'] : 'guest@example.com';
  cart.shipping_address = address(shop, email);
  cart.shipping_method =
    typeof given['shippingMethod'] === 'string' ? given['shippingMethod'] : 'flatrate_flatrate';
  const paymentMethod = typeof given['paymentMethod'] === 'string' ? given['paymentMethod'] : 'checkmo';
  const placed = placeOrder(shop, cart, { email, paymentMethod, billingAddress: address(shop, email) });
  const { entity_id, increment_id } = placed;
  const detail = { increment_id, lines: lines.map(({ sku, qty }) => ({ sku, qty })) };
  shop.journal.add({
    method: 'POST',
    path: '/sandbox/orders',
    resource: 'order',
    key: String(entity_id),
    status: 200,
    detail,
  });
  return { entity_id, increment_id };
}

function address(shop: Shop, email: string): AddressRow {
  return {
    ...emptyAddress(shop),
    firstname: 'Jane',
    lastname: 'Doe',
    company: 'ACME Inc',
    street: ['1 Main St', 'Apt 2'],
    city: 'Chicago',
    region: 'Illinois',
    region_code: 'IL',
    region_id: 23,
    postcode: '60601',
    country_id: 'US',
    telephone: '312-555-0100',
    email,
  };
}

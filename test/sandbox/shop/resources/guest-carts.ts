import { asText } from '../rest/json.ts';
import { addToCart, createCart, emptyAddress, getCart } from '../sales/cart.ts';
import { placeOrder } from '../sales/place-order.ts';
import { renderCart, renderCartItem, renderTotals } from '../sales/render-cart.ts';
import { COUPON } from '../sales/totals.ts';
import type { Call, Route } from '../rest/call.ts';
import { badRequest, notFound, required } from '../rest/errors.ts';
import { convert, membersOf, snakeCase } from '../rest/input.ts';
import type { InputType } from '../rest/input.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import type { AddressRow, CartRow } from '../state/sales-rows.ts';

const CART_ITEM: InputType = {
  members: {
    item_id: 'int',
    sku: 'string',
    qty: 'float',
    name: 'string',
    price: 'float',
    product_type: 'string',
    quote_id: 'string',
    product_option: 'mixed',
    extension_attributes: 'mixed',
  },
};
const PATH = '/V1/guest-carts';

/** Guest checkout: the five calls that place an order, anonymous as in the real shop (FACTS section 3). */
export const guestCartRoutes: Route[] = [
  { method: 'POST', path: PATH, resource: 'anonymous', handle: create },
  { method: 'GET', path: `${PATH}/:cartId`, resource: 'anonymous', handle: getOne },
  { method: 'POST', path: `${PATH}/:cartId/items`, resource: 'anonymous', handle: addItem },
  { method: 'PUT', path: `${PATH}/:cartId/coupons/:coupon`, resource: 'anonymous', handle: setCoupon },
  {
    method: 'POST',
    path: `${PATH}/:cartId/shipping-information`,
    resource: 'anonymous',
    handle: shippingInformation,
  },
  {
    method: 'POST',
    path: `${PATH}/:cartId/payment-information`,
    resource: 'anonymous',
    handle: paymentInformation,
  },
];

function cartOf({ shop, params }: Call): CartRow {
  return getCart(shop, params['cartId'] ?? '');
}

function create({ shop, storeId }: Call): Json {
  return createCart(shop, storeId).masked_id;
}

function getOne(call: Call): Json {
  return renderCart(cartOf(call));
}

function addItem(call: Call): Json {
  const given = call.body['cartItem'] ?? call.body['cart_item'];
  if (given === undefined || given === null) throw required('cartItem');
  const item = convert(given, CART_ITEM, 'cartItem') as JsonObject;
  const cart = cartOf(call);
  const line = addToCart(
    call.shop,
    cart,
    asText(item['sku']),
    Number(item['qty'] ?? 0),
    item['product_option'] ?? null,
  );
  return renderCartItem(cart, line);
}

function setCoupon(call: Call): Json {
  const cart = cartOf(call);
  if (cart.items.length === 0)
    throw notFound('The "%1" Cart doesn\'t contain products.', [String(cart.entity_id)]);
  const coupon = call.params['coupon'] ?? '';
  if (coupon.toUpperCase() !== COUPON)
    throw notFound("The coupon code isn't valid. Verify the code and try again.");
  cart.coupon_code = COUPON;
  call.shop.db.carts.save(cart);
  return true;
}

function shippingInformation(call: Call): Json {
  const given = call.body['addressInformation'] ?? call.body['address_information'];
  if (given === undefined || given === null) throw required('addressInformation');
  const information = snakeMembers(given);
  const cart = cartOf(call);
  if (cart.items.length === 0)
    throw badRequest(
      "The shipping method can't be set for an empty cart. Add an item to cart and try again.",
    );
  const method = `${asText(information['shipping_carrier_code'])}_${asText(information['shipping_method_code'])}`;
  if (method !== 'flatrate_flatrate')
    throw notFound(
      `Carrier with such method not found: ${asText(information['shipping_carrier_code'])}, ${asText(information['shipping_method_code'])}`,
    );
  cart.shipping_address = readAddress(call, information['shipping_address']);
  if (information['billing_address'] !== undefined)
    cart.billing_address = readAddress(call, information['billing_address']);
  cart.shipping_method = method;
  call.shop.db.carts.save(cart);
  return {
    payment_methods: [{ code: 'checkmo', title: 'Check / Money order' }],
    totals: renderTotals(cart),
  };
}

function paymentInformation(call: Call): Json {
  const email = call.body['email'];
  if (typeof email !== 'string') throw required('email');
  const payment = membersOf(call.body['paymentMethod'] ?? call.body['payment_method']);
  if (typeof payment['method'] !== 'string') throw required('paymentMethod');
  const cart = cartOf(call);
  const given = call.body['billingAddress'] ?? call.body['billing_address'];
  const billingAddress =
    given === undefined || given === null ? cart.billing_address : readAddress(call, given);
  const order = placeOrder(call.shop, cart, { email, paymentMethod: payment['method'], billingAddress });
  call.note('order', String(order.entity_id), { increment_id: order.increment_id });
  return order.entity_id;
}

/** Address members may be written in either case; `street` is a list or one text. */
export function readAddress(call: Pick<Call, 'shop'>, given: Json | undefined): AddressRow {
  const members = snakeMembers(given ?? null);
  const text = (name: string): string | null => (typeof members[name] === 'string' ? members[name] : null);
  const street = members['street'];
  return {
    ...emptyAddress(call.shop),
    firstname: text('firstname'),
    lastname: text('lastname'),
    ...(text('company') === null ? {} : { company: text('company') ?? '' }),
    street: Array.isArray(street) ? street.map(String) : [asText(street)],
    city: text('city'),
    region: text('region'),
    region_code: text('region_code'),
    region_id:
      typeof members['region_id'] === 'number' ? members['region_id'] : Number(members['region_id']) || null,
    postcode: text('postcode'),
    country_id: text('country_id'),
    telephone: text('telephone'),
    email: text('email'),
  };
}

function snakeMembers(given: Json): JsonObject {
  return Object.fromEntries(
    Object.entries(membersOf(given)).map(([name, value]) => [snakeCase(name), value]),
  );
}

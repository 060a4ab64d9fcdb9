import { getProduct, nameAt, cartPriceOf, valueAt } from '../catalog/lookup.ts';
import { decimal, number, sum, times } from '../decimal.ts';
import { hasSourceItems, isOutOfStock, salableQuantity, stockOfWebsite } from '../inventory/stock.ts';
import { badRequest, notFound } from '../rest/errors.ts';
import { asText } from '../rest/json.ts';
import type { Json } from '../rest/json.ts';
import { storeOfOrder } from '../resources/store-data.ts';
import type { Shop } from '../shop.ts';
import { letters, now } from '../shop.ts';
import type { ProductRow } from '../state/catalog-rows.ts';
import type { AddressRow, CartItemRow, CartRow } from '../state/sales-rows.ts';
import { bundleParts, configurablePart } from './cart-options.ts';
import type { Part } from './cart-options.ts';
import { totalQty } from './totals.ts';

const MASKED_ID_CHARACTERS = 32;

export function createCart(shop: Shop, storeId: number): CartRow {
  return shop.db.carts.save({
    masked_id: letters(shop, MASKED_ID_CHARACTERS),
    entity_id: shop.db.next('quote'),
    store_id: storeId === 0 ? 1 : storeId,
    created_at: now(shop),
    updated_at: now(shop),
    items: [],
    coupon_code: null,
    shipping_address: null,
    billing_address: emptyAddress(shop),
    shipping_method: null,
    customer_id: null,
  });
}

/** @throws RestError 404 when there is no such cart or it has become an order */
export function getCart(shop: Shop, maskedId: string): CartRow {
  const cart = shop.db.carts.get(maskedId);
  if (cart === undefined) {
    throw notFound('No such entity with %fieldName = %fieldValue', {
      fieldName: 'cartId',
      fieldValue: maskedId,
    });
  }
  return cart;
}

/** Puts a product into a cart; the same simple product again raises the quantity of its line. */
export function addToCart(shop: Shop, cart: CartRow, sku: string, qty: number, option: Json): CartItemRow {
  const product = getProduct(shop.db, sku);
  if (!Number.isInteger(qty) && !product.is_qty_decimal) {
    throw badRequest('You cannot use decimal quantity for this product.');
  }
  const isDisabled = Number(valueAt(product, 'status', cart.store_id) ?? 1) !== 1;
  if (qty <= 0 || isDisabled || isOutOfStock(product)) {
    throw badRequest('Product that you are trying to add is not available.');
  }
  const parts = partsOf(shop, product, option);
  checkAvailable(shop, cart, parts.length === 0 ? [{ product, qty: 1, price: 0 }] : parts, qty);
  const known = cart.items.find(
    (item) => item.sku === product.sku && item.parent_item_id === null && parts.length === 0,
  );
  if (known !== undefined) {
    known.qty = sum([known.qty, qty]);
    touch(shop, cart);
    return known;
  }
  const parent = newLine(shop, cart, product, qty, parts, option);
  cart.items.push(parent);
  for (const part of parts) {
    cart.items.push({
      ...plainLine(shop, cart, part.product, part.qty),
      price: part.price,
      original_price: part.price,
      parent_item_id: parent.item_id,
    });
  }
  touch(shop, cart);
  return parent;
}

function partsOf(shop: Shop, product: ProductRow, option: Json): Part[] {
  if (product.configurable !== undefined) return [configurablePart(shop.db, product.configurable, option)];
  return product.bundle === undefined ? [] : bundleParts(shop.db, product.bundle, option);
}

function plainLine(shop: Shop, cart: CartRow, product: ProductRow, qty: number): CartItemRow {
  const weight = valueAt(product, 'weight', cart.store_id);
  return {
    item_id: shop.db.next('quote_item'),
    product_id: product.id,
    sku: product.sku,
    name: nameAt(product, cart.store_id),
    product_type: product.type_id,
    qty,
    price: cartPriceOf(product),
    original_price: cartPriceOf(product),
    weight: weight === undefined || weight === null ? null : Number(weight),
    is_virtual: product.type_id === 'virtual',
    is_qty_decimal: product.is_qty_decimal,
    parent_item_id: null,
    product_option: null,
    options: [],
    children_calculated: false,
    ship_separately: false,
  };
}

/** A configurable takes SKU, price and weight of the chosen part; a dynamic bundle adds its parts up. */
function newLine(
  shop: Shop,
  cart: CartRow,
  product: ProductRow,
  qty: number,
  parts: readonly Part[],
  option: Json,
): CartItemRow {
  const line = plainLine(shop, cart, product, qty);
  const [first] = parts;
  if (first === undefined) return line;
  line.product_option = option;
  line.options = optionTexts(shop, product, parts);
  const weightOf = (part: Part): number => Number(valueAt(part.product, 'weight', 0) ?? 0);
  if (product.configurable !== undefined) {
    line.sku = first.product.sku;
    line.price = cartPriceOf(first.product);
    line.original_price = line.price;
    line.weight = weightOf(first);
    return line;
  }
  const amount = (of: (part: Part) => number): number =>
    number(parts.reduce((total, part) => total + times(decimal(of(part)), decimal(part.qty)), 0n));
  const isDynamic = product.bundle?.price_type === 'dynamic';
  line.children_calculated = isDynamic;
  line.ship_separately = product.bundle?.shipment_type === 'separately';
  if (isDynamic) line.weight = amount(weightOf);
  line.price = isDynamic
    ? amount(({ price }) => price)
    : sum([line.price, amount(({ surcharge }) => surcharge ?? 0)]);
  if (isDynamic) line.original_price = line.price;
  return line;
}

/** What was chosen, in the words that the cart shows. */
function optionTexts(
  shop: Shop,
  product: ProductRow,
  parts: readonly Part[],
): { label: string; value: string }[] {
  if (product.configurable !== undefined) {
    const { options } = product.configurable;
    return parts.flatMap((part) =>
      options.map(({ attribute_code, label }) => {
        const option = asText(valueAt(part.product, attribute_code, 0));
        return { label, value: shop.db.options.get(option)?.label ?? option };
      }),
    );
  }
  return parts.map((part) => ({
    label: part.label ?? '',
    value: `${part.qty} x ${nameAt(part.product, 0)} <span class="price">$${cartPriceOf(part.product).toFixed(2)}</span>`,
  }));
}

/** @throws RestError 400 when less is salable than the cart would hold */
function checkAvailable(shop: Shop, cart: CartRow, parts: readonly Part[], qty: number): void {
  const stock = stockOfWebsite(shop.db, storeOfOrder(cart.store_id).websiteCode);
  for (const { product, qty: perParent } of parts) {
    if (!hasSourceItems(product.type_id) || stock === undefined) continue;
    const inCart = cart.items
      .filter((item) => item.product_id === product.id)
      .reduce((total, item) => total + totalQty(item, cart.items), 0n);
    const wanted = number(inCart + times(decimal(perParent), decimal(qty)));
    if (salableQuantity(shop.db, product.sku, stock.stock_id) < wanted) {
      throw badRequest('The requested qty is not available');
    }
  }
}

function touch(shop: Shop, cart: CartRow): void {
  cart.updated_at = now(shop);
  shop.db.carts.save(cart);
}

export function emptyAddress(shop: Shop): AddressRow {
  return {
    entity_id: shop.db.next('quote_address'),
    firstname: null,
    lastname: null,
    street: [''],
    city: null,
    region: null,
    region_code: null,
    region_id: null,
    postcode: null,
    country_id: null,
    telephone: null,
    email: null,
  };
}

import { orderKey } from '../../../schemas/keys.ts';
import type { Magento } from '../../magento/magento.ts';
import type { MarkerConfig } from '../../platform/config/sections/marker.ts';
import { Unavailable } from '../../platform/errors.ts';

export type MarkerShopApi = Pick<
  Magento,
  'products' | 'sourceItems' | 'guestCarts' | 'orders' | 'shipments' | 'store'
>;

/** An order of the shop, and what it is called where. */
export interface Placed {
  number: string;
  key: string;
}

/** What the marker order asks of the shop, and does there: of one SKU, one piece. */
export class MarkerShop {
  readonly #api: MarkerShopApi;
  readonly #instance: string;
  readonly #marker: MarkerConfig;
  readonly #sku: string;
  #cart: string | null = null;

  constructor(api: MarkerShopApi, instance: string, marker: MarkerConfig, sku: string) {
    this.#api = api;
    this.#instance = instance;
    this.#marker = marker;
    this.#sku = sku;
  }

  /** For sale or not. */
  async has(): Promise<boolean> {
    return (await this.#api.products.get(this.#sku)) !== null;
  }

  async isForSale(): Promise<boolean> {
    const product = await this.#api.products.get(this.#sku);
    return product !== null && product.status === 1 && Number(product.price ?? 0) > 0;
  }

  /** At all sources that have it in stock. */
  async stock(): Promise<number> {
    const rows = await this.#api.sourceItems.read({ skus: [this.#sku] });
    return rows.reduce((sum, { quantity, status }) => sum + (status === 1 ? Number(quantity) : 0), 0);
  }

  /** One cart for all tries, unless it may hold a piece already: one piece is ordered. */
  async fillCart(): Promise<string> {
    const { guestCarts } = this.#api;
    const { store } = this.#marker;
    const cart = (this.#cart ??= await guestCarts.open(store));
    await guestCarts.add(cart, { store, sku: this.#sku }).catch((error: unknown) => {
      if (isUnknown(error)) this.#cart = null;
      throw error;
    });
    return cart;
  }

  /** @returns its entity id */
  place(cart: string): Promise<number> {
    return this.#api.guestCarts
      .place(cart, { ...this.#marker, sku: this.#sku })
      .catch((error: unknown) => Promise.reject(perhapsPlaced(error, this.#marker.email)));
  }

  async placed(entityId: number): Promise<Placed | null> {
    const [order, views] = [await this.#api.orders.byId(entityId), await this.#api.store.views()];
    if (order === null) return null;
    const store = views.find(({ id }) => id === order.store_id)?.code ?? this.#marker.store;
    const number = order.increment_id;
    return { number, key: orderKey({ instance: this.#instance, store, incrementId: number }) };
  }

  /** Numbers of its shipments. */
  async shipments(entityId: number): Promise<string[]> {
    return (await this.#api.shipments.ofOrder(entityId)).map(({ increment_id: number }) => number);
  }

  /** @returns whether it is now, whatever the shop answers: it cancels nothing twice, and of what was shipped nothing is left */
  async cancel(entityId: number): Promise<boolean> {
    const { orders } = this.#api;
    await orders.cancel(entityId);
    const { state } = (await orders.byId(entityId)) ?? {};
    return state === 'canceled' || state === 'closed';
  }
}

/** Whether it may have been done all the same. */
export const isUnknown = (error: unknown): error is Unavailable =>
  error instanceof Unavailable && error.outcome === 'unknown';

function perhapsPlaced(error: unknown, email: string): unknown {
  if (!isUnknown(error)) return error;
  const what = `${error.fault.what}: the order may have been placed all the same`;
  return new Unavailable(
    { ...error.fault, what, fix: `Look for an order of ${email} in the admin, and cancel it there` },
    { cause: error, outcome: 'unknown' },
  );
}

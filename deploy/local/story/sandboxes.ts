/** What the story does and sees in the sandbox shop and the sandbox ERP, over their own HTTP faces. */

export interface ShopProduct {
  sku: string;
  /** What it is made of, where it is configurable. */
  children: string[];
  /** How many pictures it has. */
  images: number;
  price: number | null;
  /** 1 enabled, 2 disabled. */
  status: number;
  sourceItems: Record<string, number>;
  /** In the stock of the website `base`. */
  salable: number;
}

export interface ShopOrder {
  entityId: number;
  incrementId: string;
  grandTotal: number;
  shipments: { incrementId: string; trackingNumbers: string[] }[];
  invoices: Charged[];
  creditMemos: Charged[];
}

/** Money of a document of the shop. */
interface Charged {
  incrementId: string;
  grandTotal: number;
}

export interface SalesOrder {
  id: number;
  name: string;
  state: string;
  lines: { id: number; sku: string }[];
  deliveries: { id: number; name: string; state: string; warehouse: string }[];
}

interface ShopState {
  orders: {
    entity_id: number;
    increment_id: string;
    grand_total: number;
    shipments: { increment_id: string; tracks: { track_number: string }[] }[];
    invoices: { increment_id: string; grand_total: number }[];
    credit_memos: { increment_id: string; grand_total: number }[];
  }[];
  products: {
    sku: string;
    children: string[];
    images: number;
    price: number | null;
    status: number;
    source_items: { source_code: string; quantity: number }[];
    salable: { stock_id: number; quantity: number | null }[];
  }[];
}

export interface Delivery {
  id: number;
  state: string;
  lines: { line: number; sku: string; quantity: string }[];
}

const deadlineMs = 10_000;

const charged = (given: { increment_id: string; grand_total: number }): Charged => ({
  incrementId: given.increment_id,
  grandTotal: given.grand_total,
});

export class Sandboxes {
  readonly #shopUrl: string;
  readonly #erpUrl: string;
  readonly #instance: string;

  constructor(shopUrl: string, erpUrl: string, instance = 'sandbox') {
    this.#shopUrl = shopUrl;
    this.#erpUrl = erpUrl;
    this.#instance = instance;
  }

  async products(): Promise<ShopProduct[]> {
    const { products } = await this.#shopState();
    return products.map(({ sku, children, images, price, status, source_items, salable }) => ({
      sku,
      children,
      images,
      price,
      status,
      sourceItems: Object.fromEntries(
        source_items.map(({ source_code, quantity }) => [source_code, quantity]),
      ),
      salable: salable.find(({ stock_id }) => stock_id === 1)?.quantity ?? 0,
    }));
  }

  async product(sku: string): Promise<ShopProduct | undefined> {
    return (await this.products()).find((product) => product.sku === sku);
  }

  async order(entityId: number): Promise<ShopOrder | undefined> {
    const found = (await this.#shopState()).orders.find(({ entity_id }) => entity_id === entityId);
    if (!found) return undefined;
    return {
      entityId,
      incrementId: found.increment_id,
      grandTotal: found.grand_total,
      shipments: found.shipments.map(({ increment_id, tracks }) => ({
        incrementId: increment_id,
        trackingNumbers: tracks.map(({ track_number }) => track_number),
      })),
      invoices: found.invoices.map(charged),
      creditMemos: found.credit_memos.map(charged),
    };
  }

  placeOrder(lines: { sku: string; qty: number }[]): Promise<{ entity_id: number; increment_id: string }> {
    return this.#call('POST', `${this.#shopUrl}/sandbox/orders`, { lines });
  }

  /** The sales order of a shop order; undefined while the ERP does not have it. */
  async salesOrder(incrementId: string): Promise<SalesOrder | undefined> {
    const reference = encodeURIComponent(`${this.#instance}/default/${incrementId}`);
    const [order] = await this.#call<SalesOrder[]>(
      'GET',
      `${this.#erpUrl}/orders?shop_reference=${reference}`,
    );
    return order;
  }

  erpProducts(): Promise<{ sku: string }[]> {
    return this.#call('GET', `${this.#erpUrl}/products`);
  }

  addProduct(product: {
    sku: string;
    name: string;
    price: string;
    attributes?: Record<string, string>;
    properties?: Record<string, string>;
  }): Promise<unknown> {
    return this.#call('POST', `${this.#erpUrl}/products`, product);
  }

  receive(sku: string, warehouse: string, quantity: number): Promise<unknown> {
    return this.#call('POST', `${this.#erpUrl}/receipts`, { sku, warehouse, quantity });
  }

  setPrice(sku: string, amount: string): Promise<unknown> {
    return this.#call('POST', `${this.#erpUrl}/products/${encodeURIComponent(sku)}/price`, { amount });
  }

  confirm(orderId: number): Promise<{ deliveries: { id: number; name: string; state: string }[] }> {
    return this.#call('POST', `${this.#erpUrl}/orders/${orderId}/confirm`, {});
  }

  /** @param lines of the delivery, where some of it stays behind. */
  ship(
    deliveryId: number,
    carrier: string,
    trackingNumber: string,
    lines?: { line: number; quantity: number }[],
  ): Promise<unknown> {
    const parcel = { carrier, trackingNumber, ...(lines ? { lines } : {}) };
    return this.#call('POST', `${this.#erpUrl}/deliveries/${deliveryId}/ship`, parcel);
  }

  deliveriesOf(orderId: number): Promise<Delivery[]> {
    return this.#call('GET', `${this.#erpUrl}/deliveries?order=${orderId}`);
  }

  /** Charges these lines of the order. */
  invoice(orderId: number, lines: { line: number; quantity: number }[]): Promise<{ name: string }> {
    return this.#call('POST', `${this.#erpUrl}/orders/${orderId}/invoice`, { lines });
  }

  /** Pays these lines back, and no shipping. */
  refund(orderId: number, lines: { line: number; quantity: number }[]): Promise<{ name: string }> {
    return this.#call('POST', `${this.#erpUrl}/orders/${orderId}/refund`, { lines });
  }

  #shopState(): Promise<ShopState> {
    return this.#call('GET', `${this.#shopUrl}/sandbox/state`);
  }

  async #call<Answer>(method: string, url: string, body?: object): Promise<Answer> {
    const answer = await fetch(url, {
      method,
      signal: AbortSignal.timeout(deadlineMs),
      ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}: ${text.slice(0, 200)}`);
    return JSON.parse(text) as Answer;
  }
}

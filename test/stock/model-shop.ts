import type { MagentoShipment, NewShipment } from '../../services/magento/shipments.ts';
import type { SourceItem, StoredSourceItem } from '../../services/magento/source-items.ts';
import { Rejected, Unavailable } from '../../services/platform/errors.ts';

/** One order of one line. */
export interface ModelOrder {
  id: number;
  sku: string;
  ordered: number;
  isInvoiced: boolean;
  /** No shipment is saved: an extension fails over it. */
  isBarred: boolean;
  shipped: number;
  canceled: number;
  refunded: number;
  shipments: { id: number; source: string; quantity: number; comment: string }[];
}

interface Row {
  quantity: number;
  status: number;
}

/**
 * What a real shop does to its stock (FACTS section 14), and nothing else of it: orders reserve, shipments deduct, credit
 * memos give back, to where it was not expected. Whole pieces; every act is at once and whole.
 */
export class ModelShop {
  readonly orders = new Map<number, ModelOrder>();
  /** Sources of the one stock, the first one first. */
  readonly sources: readonly string[];
  /** By `source/sku`. */
  readonly rows = new Map<string, Row>();
  /** Sums by SKU: negative where orders hold stock. */
  readonly reservations = new Map<string, number>();
  /** Told of each act that has changed an order, and of the pieces that the shop itself gave a source. */
  onMoved: (order: ModelOrder) => void = () => undefined;
  onReturned: (source: string, sku: string, quantity: number) => void = () => undefined;
  onShipped: (comment: string, quantity: number) => void = () => undefined;
  #ids = 0;

  constructor(sources: readonly string[]) {
    this.sources = sources;
  }

  row(source: string, sku: string): Row | undefined {
    return this.rows.get(`${source}/${sku}`);
  }

  salable(sku: string): number {
    const rows = this.sources.map((source) => this.row(source, sku));
    const inStock = rows.reduce((sum, row) => sum + (row?.status === 1 ? row.quantity : 0), 0);
    return inStock + (this.reservations.get(sku) ?? 0);
  }

  place(sku: string, quantity: number): ModelOrder {
    const id = (this.#ids += 1);
    const none = { shipped: 0, canceled: 0, refunded: 0, shipments: [] };
    const order = { id, sku, ordered: quantity, isInvoiced: id % 2 === 0, isBarred: false, ...none };
    this.orders.set(id, order);
    this.#reserve(sku, -quantity);
    return order;
  }

  cancel(order: ModelOrder): void {
    const left = Math.max(0, order.ordered - Math.max(order.shipped, order.refunded) - order.canceled);
    order.canceled += left;
    this.#reserve(order.sku, left);
    this.onMoved(order);
  }

  /** The part that is not shipped goes first. */
  refund(order: ModelOrder, quantity: number, isReturned: boolean): void {
    const unshipped = Math.max(0, order.ordered - order.shipped - order.canceled - order.refunded);
    const open = Math.min(quantity, unshipped);
    this.#reserve(order.sku, open);
    const [first] = this.sources;
    if (open > 0 && !isReturned) this.#move(first!, order.sku, -open);
    const from = new Set(order.shipments.map(({ source }) => source));
    if (isReturned && quantity > open)
      this.#move(from.size === 1 ? [...from][0]! : first!, order.sku, quantity - open);
    order.refunded += quantity;
    this.onMoved(order);
  }

  /** More than is left is cut; what a source does not hold is refused. */
  ship(order: ModelOrder, { items, comment, sourceCode }: NewShipment): number {
    const left = this.left(order);
    if (left <= 0) throw new Rejected({ code: 'magento.refused', what: 'nothing is left', fix: 'none' });
    const quantity = Math.min(left, Number(items[0]!.quantity));
    const row = this.row(sourceCode, order.sku);
    if (order.isBarred || row === undefined || row.quantity < quantity)
      throw new Unavailable(
        { code: 'magento.could_not_save', what: 'too little', fix: 'wait' },
        { perhapsRecord: true },
      );
    row.quantity -= quantity;
    this.#reserve(order.sku, quantity);
    order.shipped += quantity;
    const id = (this.#ids += 1);
    order.shipments.push({ id, source: sourceCode, quantity, comment });
    this.onShipped(comment, quantity);
    this.onMoved(order);
    return id;
  }

  /** From the first source that can. */
  shipByHand(order: ModelOrder): void {
    const sourceCode = this.sources.find((source) => (this.row(source, order.sku)?.quantity ?? 0) > 0);
    const items = [{ orderItemId: order.id, sku: order.sku, quantity: '1' }];
    if (sourceCode !== undefined)
      this.ship(order, { items, tracks: [], comment: '', sourceCode, notify: false });
  }

  left(order: ModelOrder): number {
    return order.ordered - order.canceled - Math.max(order.shipped, order.refunded);
  }

  write(rows: readonly SourceItem[]): void {
    for (const { sku, sourceCode, quantity, status } of rows)
      this.rows.set(`${sourceCode}/${sku}`, { quantity: Number(quantity), status });
  }

  read(skus: readonly string[], sourceCode?: string): StoredSourceItem[] {
    return [...this.rows].flatMap(([key, { quantity, status }]) => {
      const [source, sku] = key.split('/') as [string, string];
      if (!skus.includes(sku) || (sourceCode !== undefined && source !== sourceCode)) return [];
      return [{ sku, sourceCode: source, quantity: String(quantity), status }];
    });
  }

  shipmentsOf(order: ModelOrder): MagentoShipment[] {
    return order.shipments.map(
      ({ id, source, quantity, comment }) =>
        ({
          entity_id: id,
          increment_id: String(id),
          order_id: order.id,
          items: [{ entity_id: id, order_item_id: order.id, sku: order.sku, qty: String(quantity) }],
          tracks: [],
          comments: [{ entity_id: id, comment }],
          extension_attributes: { source_code: source },
        }) as unknown as MagentoShipment,
    );
  }

  #reserve(sku: string, quantity: number): void {
    this.reservations.set(sku, (this.reservations.get(sku) ?? 0) + quantity);
  }

  #move(source: string, sku: string, by: number): void {
    const row = this.row(source, sku);
    if (row === undefined) return;
    row.quantity += by;
    if (by > 0) this.onReturned(source, sku, by);
  }
}

/** As the shop would answer for it; its lines as far as stock and shipments need them. */
export function magentoOrderOf(order: ModelOrder): object {
  const item = {
    item_id: order.id,
    parent_item_id: null,
    product_id: 1,
    sku: order.sku,
    is_virtual: false,
    is_qty_decimal: false,
    qty_ordered: String(order.ordered),
    qty_shipped: String(order.shipped),
    qty_canceled: String(order.canceled),
    qty_refunded: String(order.refunded),
    qty_invoiced: '0',
    product_option: { extension_attributes: { custom_options: [] } },
  };
  return {
    entity_id: order.id,
    increment_id: String(order.id),
    state: stateOf(order),
    items: [item],
  };
}

function stateOf({ ordered, canceled, refunded, shipped }: ModelOrder): string {
  if (canceled === ordered) return 'canceled';
  if (canceled + refunded === ordered) return 'closed';
  return shipped + canceled < ordered ? 'processing' : 'complete';
}

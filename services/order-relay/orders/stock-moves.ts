import { stockKey } from '../../../schemas/keys.ts';
import { stock } from '../../../schemas/topics.ts';
import type { MagentoOrderItem } from '../../magento/order-item-shape.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import { piecesOf } from '../../magento/pieces.ts';
import type { Products } from '../../magento/products.ts';
import { BoundedMap } from '../../platform/bounded-map.ts';
import { decimalOf, zero } from '../../platform/decimal.ts';
import type { RequestRefresh } from '../../platform/flow/request-refresh.ts';
import type { Refresh } from '../../../schemas/types.ts';

export interface StockMovesOptions {
  products: Pick<Products, 'skusOf'>;
  /** ERP codes of the warehouses whose stock is in the shop. */
  warehouses: () => readonly string[];
  requestRefresh: RequestRefresh;
}

/** About 15 MB. */
const rememberedOrders = 100_000;

/**
 * Has the stock written again that the shop moves by itself: a shipment and the invoice of a virtual product deduct, a
 * credit memo takes or gives back, not always at the source the goods left (FACTS section 14), and no stock of the ERP has
 * changed by it. Whoever did it, the quantities of the order's lines tell of it.
 *
 * To be called before the state that shows it is published: what is published is not looked at again, so whoever dies
 * between the two must have asked. Once too often does no harm.
 */
export class StockMoves {
  readonly #options: StockMovesOptions;
  /** What was shipped, refunded, canceled and invoiced of an order when its stock was asked for last, by its key. */
  readonly #asked = new BoundedMap<string, string>(rememberedOrders);

  constructor(options: StockMovesOptions) {
    this.#options = options;
  }

  /** @throws what the shop or the broker throws: the request is tried again then. */
  async follow(key: string, order: MagentoOrder, { reason }: Pick<Refresh, 'reason'>): Promise<void> {
    const moves = order.items.map(movesOf);
    if (moves.every((move) => move === '')) return;
    const now = moves.join();
    if (this.#asked.get(key) === now) return;
    // What was moved before Cartage came is in the stock that its first load writes.
    if (reason !== 'first load') await this.#ask(order);
    this.#asked.set(key, now);
  }

  async #ask(order: MagentoOrder): Promise<void> {
    const { products, warehouses, requestRefresh } = this.#options;
    const sources = warehouses();
    if (sources.length === 0) return;
    const pieces = await piecesOf(order, products);
    const moved = new Set<number>();
    for (const item of order.items) if (movesOf(item) !== '') moved.add(item.parent_item_id ?? item.item_id);
    const skus = new Set([...moved].flatMap((id) => (pieces.get(id) ?? []).map(({ sku }) => sku)));
    const keys = [...skus].flatMap((sku) => sources.map((source) => stockKey({ source, sku })));
    await requestRefresh(stock.topic, keys, 'moved by the shop');
  }
}

/** What of an item may have moved the shop's stock; empty when nothing has. */
function movesOf(item: MagentoOrderItem): string {
  const { qty_shipped, qty_refunded, qty_canceled, qty_invoiced } = item;
  const moves = [qty_shipped, qty_refunded, qty_canceled, item.is_virtual ? qty_invoiced : null].map(
    decimalOf,
  );
  return moves.every((move) => move === zero) ? '' : `${item.item_id}:${moves.join('/')}`;
}

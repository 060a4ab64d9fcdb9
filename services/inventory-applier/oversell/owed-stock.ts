import { foldSku } from '../../magento/sku.ts';
import { sum } from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';

/** What open orders are still to get of a SKU out of one stock. */
export interface Owed {
  stockId: number;
  sku: string;
  quantity: Decimal;
  /** Numbers of some of the orders, the latest last. */
  orders: string[];
}

/** As many are named; who needs more finds them in the shop. */
const ordersNamedMax = 10;
/** More than any shop has open; about 30 MB. */
const owedMax = 100_000;

/** Sums up what open orders are still to get, by stock and SKU. */
export class OwedStock {
  readonly #owed = new Map<string, Owed>();

  add({ stockId, sku, quantity }: Omit<Owed, 'orders'>, order: string): void {
    const key = `${stockId} ${foldSku(sku)}`;
    const known = this.#owed.get(key);
    if (known === undefined) {
      if (this.#owed.size < owedMax) this.#owed.set(key, { stockId, sku, quantity, orders: [order] });
      return;
    }
    known.quantity = sum([known.quantity, quantity]);
    known.orders = [...known.orders.slice(1 - ordersNamedMax), order];
  }

  all(): readonly Owed[] {
    return [...this.#owed.values()];
  }
}

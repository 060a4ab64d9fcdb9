import { decimal, number } from '../decimal.ts';
import type { ReservationRow } from '../state/catalog-rows.ts';

/** Sums of the reservations per SKU and stock, so that a salable quantity does not read every order ever placed. */
export class ReservationIndex {
  readonly #sums = new Map<string, bigint>();

  constructor(rows: readonly ReservationRow[]) {
    for (const row of rows) this.add(row.sku, row.stock_id, row.quantity);
  }

  add(sku: string, stockId: number, quantity: number): void {
    const key = `${stockId} ${sku.toLowerCase()}`;
    this.#sums.set(key, (this.#sums.get(key) ?? 0n) + decimal(quantity));
  }

  quantity(sku: string, stockId: number): number {
    return number(this.#sums.get(`${stockId} ${sku.toLowerCase()}`) ?? 0n);
  }
}

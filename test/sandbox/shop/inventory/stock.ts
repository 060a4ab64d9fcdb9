import { sum } from '../decimal.ts';
import { findProduct } from '../catalog/lookup.ts';
import type { Database } from '../state/database.ts';
import type { ProductRow, ReservationRow, SourceItemRow, StockRow } from '../state/catalog-rows.ts';

/** Product types that have no stock of their own (FACTS section 6). */
const WITHOUT_SOURCE_ITEMS = ['configurable', 'bundle', 'grouped'];

export function hasSourceItems(typeId: string): boolean {
  return !WITHOUT_SOURCE_ITEMS.includes(typeId);
}

/** The stock that sells for a website. */
export function stockOfWebsite(db: Database, websiteCode: string): StockRow | undefined {
  return db.stocks.all().find((stock) => stock.sales_channels.some(({ code }) => code === websiteCode));
}

export function sourceItem(db: Database, sourceCode: string, sku: string): SourceItemRow | undefined {
  return db.sourceItems.get(`${sourceCode} ${sku.toLowerCase()}`);
}

/** Rows of a SKU in the enabled sources of a stock. */
function itemsInStock(db: Database, sku: string, stockId: number): SourceItemRow[] {
  return db.stockSourceLinks
    .all()
    .filter((link) => link.stock_id === stockId && db.sources.get(link.source_code)?.enabled === true)
    .map((link) => sourceItem(db, link.source_code, sku))
    .filter((item) => item !== undefined);
}

/** What the sources hold, by quantity and status alone, before reservations. */
export function quantityInStock(db: Database, sku: string, stockId: number): number {
  return sum(itemsInStock(db, sku, stockId).map((item) => (item.status === 1 ? item.quantity : 0)));
}

/** Sources minus open reservations, never below 0 (FACTS section 4). */
export function salableQuantity(db: Database, sku: string, stockId: number): number {
  const inStock = quantityInStock(db, sku, stockId);
  if (inStock <= 0) return 0;
  return Math.max(0, sum([inStock, reserved(db, sku, stockId)]));
}

export function reserved(db: Database, sku: string, stockId: number): number {
  return db.reservationIndex.quantity(sku, stockId);
}

/** Can the SKU be bought? A product that carries no stock itself can when one of its parts can. */
export function isSalable(db: Database, sku: string, stockId: number): boolean {
  const product = findProduct(db, sku);
  if (product === undefined || isOutOfStock(product)) return false;
  if (product.configurable !== undefined) {
    return product.configurable.child_ids.some((id) => {
      const child = db.products.get(id);
      return child !== undefined && salableQuantity(db, child.sku, stockId) > 0;
    });
  }
  if (product.bundle !== undefined) {
    return product.bundle.options.every(({ selections }) =>
      selections.some(({ product_id }) => {
        const selection = db.products.get(product_id);
        return selection !== undefined && salableQuantity(db, selection.sku, stockId) > 0;
      }),
    );
  }
  return salableQuantity(db, sku, stockId) > 0;
}

/** Said of the product itself, whatever its parts have: simple ones go by their sources alone. */
export function isOutOfStock(product: ProductRow): boolean {
  return product.out_of_stock === true && !hasSourceItems(product.type_id);
}

export function reserve(db: Database, reservation: Omit<ReservationRow, 'reservation_id'>): void {
  db.reservations.save({ reservation_id: db.next('reservation'), ...reservation });
  db.reservationIndex.add(reservation.sku, reservation.stock_id, reservation.quantity);
}

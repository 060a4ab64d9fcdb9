import { ReservationIndex } from '../inventory/reservation-index.ts';
import { ChangeLog } from './change-log.ts';
import type { CartRow, CreditMemoRow, OrderRow, ShipmentRow, InvoiceRow } from './sales-rows.ts';
import type { CustomerGroupRow, CustomerRow } from './customer-rows.ts';
import type {
  CategoryRow,
  OptionRow,
  ProductRow,
  ReservationRow,
  SourceItemRow,
  SourceRow,
  StockRow,
  StockSourceLinkRow,
} from './catalog-rows.ts';
import { Table } from './table.ts';

/** The state file is rewritten when it holds this many times more lines than rows. */
const REWRITE_FACTOR = 5;
const REWRITE_LINES_MIN = 20_000;

/** All tables of the shop, with one commit for all. */
export class Database {
  readonly products = new Table<ProductRow>(
    'products',
    (row) => String(row.id),
    (row) => row.sku.toLowerCase(),
  );
  readonly categories = new Table<CategoryRow>('categories', (row) => String(row.id));
  readonly options = new Table<OptionRow>('options', (row) => String(row.id));
  readonly sources = new Table<SourceRow>('sources', (row) => row.source_code);
  readonly stocks = new Table<StockRow>('stocks', (row) => String(row.stock_id));
  readonly stockSourceLinks = new Table<StockSourceLinkRow>(
    'stock_source_links',
    (row) => `${row.stock_id} ${row.source_code}`,
  );
  readonly sourceItems = new Table<SourceItemRow>(
    'source_items',
    (row) => `${row.source_code} ${row.sku.toLowerCase()}`,
    (row) => row.sku.toLowerCase(),
  );
  readonly reservations = new Table<ReservationRow>('reservations', (row) => String(row.reservation_id));
  readonly customers = new Table<CustomerRow>('customers', (row) => String(row.id));
  readonly customerGroups = new Table<CustomerGroupRow>('customer_groups', (row) => String(row.id));
  readonly carts = new Table<CartRow>('carts', (row) => row.masked_id);
  readonly orders = new Table<OrderRow>('orders', (row) => String(row.entity_id));
  readonly shipments = new Table<ShipmentRow>(
    'shipments',
    (row) => String(row.entity_id),
    (row) => String(row.order_id),
  );
  readonly invoices = new Table<InvoiceRow>(
    'invoices',
    (row) => String(row.entity_id),
    (row) => String(row.order_id),
  );
  readonly creditMemos = new Table<CreditMemoRow>('credit_memos', (row) => String(row.entity_id));
  readonly sequences = new Table<{ name: string; last: number }>('sequences', (row) => row.name);
  readonly reservationIndex: ReservationIndex;
  readonly #log: ChangeLog;
  readonly isNew: boolean;

  /** @param statePath file to resume from and to write to; null keeps everything in memory */
  constructor(statePath: string | null) {
    this.#log = new ChangeLog(statePath);
    const changes = this.#log.read();
    this.isNew = changes.length === 0;
    const byName = new Map(this.#tables().map((table) => [table.name, table]));
    for (const { table, key, row } of changes) byName.get(table)?.restore(key, row as never);
    this.reservationIndex = new ReservationIndex(this.reservations.all());
    if (!this.isNew) this.compact();
  }

  /** The next number of a sequence, starting with 1. A refused request may still use one up. */
  next(sequence: string): number {
    const last = (this.sequences.get(sequence)?.last ?? 0) + 1;
    this.sequences.save({ name: sequence, last });
    return last;
  }

  /** Writes what changed; when it returns the changes are in the state file. */
  commit(): void {
    this.#log.append(this.#tables().flatMap((table) => table.takeChanges()));
    const rows = this.#tables().reduce((sum, table) => sum + table.size, 0);
    if (this.#log.lineCount > Math.max(REWRITE_LINES_MIN, rows * REWRITE_FACTOR)) this.compact();
  }

  compact(): void {
    this.#log.rewrite(this.#tables().flatMap((table) => table.snapshot()));
  }

  #tables(): Table<never>[] {
    return Object.values(this).filter((value): value is Table<never> => value instanceof Table);
  }
}

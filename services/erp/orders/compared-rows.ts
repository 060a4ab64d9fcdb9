import { Rejected } from '../../platform/errors.ts';
import { textOf } from '../sql/transaction.ts';
import type { SqlRow } from '../values.ts';
import type { ComparedField } from './erp-orders.ts';

/** Rows of `erp.orders.compare`, by the order's key. @throws Rejected when a row does not say of which order, or what, it is. */
export function comparedRows(rows: readonly SqlRow[]): Map<string, ComparedField[]> {
  const found = new Map<string, ComparedField[]>();
  for (const row of rows) {
    const [key, name] = [textOf(row.key), textOf(row.name)];
    if (key === null || name === null) throw unnamed();
    const fields = found.get(key) ?? [];
    fields.push({ name, ours: textOf(row.ours), theirs: textOf(row.theirs) });
    found.set(key, fields);
  }
  return found;
}

function unnamed(): Rejected {
  return new Rejected({
    code: 'order.compare_unnamed',
    what: 'erp.orders.compare gave a row without key or name',
    fix: 'Let it give the columns key (of $orders), name (what is compared), ours and theirs, as text',
  });
}

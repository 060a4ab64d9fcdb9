/** One order within a transaction of the ERP. */
import { Rejected } from '../../platform/errors.ts';
import type { FoundOrder, OrderInput } from './erp-orders.ts';
import { textOf } from '../sql/transaction.ts';
import type { SqlSession } from '../sql/transaction.ts';
import type { CompiledStatement } from '../sql/statements.ts';

export class OrderSession {
  readonly #session: SqlSession;
  readonly #lookup: CompiledStatement;

  constructor(session: SqlSession, lookup: CompiledStatement) {
    this.#session = session;
    this.#lookup = lookup;
  }

  async find(key: string): Promise<FoundOrder | null> {
    const rows = await this.#session.rows(this.#lookup, { key });
    if (rows.length === 0) return null;
    if (rows.length > 1 || textOf(rows[0]!.id) === null) throw ambiguousLookup(key, rows.length);
    return { id: textOf(rows[0]!.id)!, reference: textOf(rows[0]!.reference) };
  }

  /** Whether any of them changed something. */
  run(
    statements: readonly CompiledStatement[],
    input: OrderInput,
    found: FoundOrder | null,
  ): Promise<boolean> {
    return this.#session.run(statements, {
      key: input.key,
      order: JSON.stringify(input.order),
      codes: JSON.stringify(input.codes),
      buyer: JSON.stringify(input.buyer),
      lookup: found && JSON.stringify(found),
    });
  }
}

function ambiguousLookup(key: string, rows: number): Rejected {
  return new Rejected({
    code: 'order.lookup_ambiguous',
    what: `The look-up of order ${key} gave ${rows} ${rows === 1 ? 'row without an id' : 'rows'}`,
    fix: 'Correct erp.orders.lookup: one row with the column id; and see whether the ERP holds the order twice',
  });
}

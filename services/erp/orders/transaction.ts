/** One order within a transaction of the ERP. */
import { Rejected } from '../../platform/errors.ts';
import type { FoundOrder, OrderInput } from './erp-orders.ts';
import type { SqlSession } from '../sql/transaction.ts';
import type { CompiledStatement } from '../sql/statements.ts';
import { soleRow } from '../sql/writer.ts';

export class OrderSession {
  readonly #session: SqlSession;
  readonly #lookup: CompiledStatement;

  constructor(session: SqlSession, lookup: CompiledStatement) {
    this.#session = session;
    this.#lookup = lookup;
  }

  async find(key: string): Promise<FoundOrder | null> {
    const rows = await this.#session.rows(this.#lookup, { key });
    const found = soleRow(rows, (gave) => ambiguousLookup(key, gave));
    if (found === null) return null;
    const { id, reference, row } = found;
    const { canceled } = row;
    return { id, reference, ...(typeof canceled === 'boolean' && { isCanceled: canceled }) };
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

function ambiguousLookup(key: string, gave: string): Rejected {
  return new Rejected({
    code: 'order.lookup_ambiguous',
    what: `The look-up of order ${key} gave ${gave}`,
    fix: 'Correct erp.orders.lookup: one row with the column id; and see whether the ERP holds the order twice',
  });
}

/**
 * Orders into an ERP by SQL.
 *
 * Creating is not idempotent by itself, so the order is looked up first, inside the same transaction, and again when
 * a unique key refuses it: two exporters at once, or a commit whose answer was lost, make one order. After a creation
 * the look-up must find it before we commit; one that does not would create the order anew at every repetition.
 */
import { Rejected } from '../../platform/errors.ts';
import { isRefusedAsDuplicate } from '../sql/refusal.ts';
import { openWriter } from '../sql/writer.ts';
import type { WriterOptions } from '../sql/writer.ts';
import { comparedRows } from './compared-rows.ts';
import type { ErpOrders, FoundOrder, OrderInput } from './erp-orders.ts';
import { compileStatements } from './statements.ts';
import type { OrderStatements } from './statements.ts';
import { OrderSession } from './transaction.ts';

export interface SqlOrdersOptions extends WriterOptions {
  statements: OrderStatements;
}

export interface SqlOrders extends ErpOrders {
  close(): Promise<void>;
}

export function createSqlOrders(options: SqlOrdersOptions): SqlOrders {
  const statements = compileStatements(options.statements, 'erp.orders');
  const writer = openWriter(options, { subject: 'order', where: 'erp.orders' });
  const inTransaction = <T>(
    verb: string,
    mode: 'read only' | 'read write',
    work: (session: OrderSession) => Promise<T>,
  ) => writer.run(verb, mode, (session) => work(new OrderSession(session, statements.lookup)));

  const lookup = (key: string) => inTransaction('look up', 'read only', (session) => session.find(key));

  async function create(input: OrderInput): Promise<FoundOrder & { created: boolean }> {
    try {
      return await createOnce(input);
    } catch (error) {
      if (!isRefusedAsDuplicate(error)) throw error;
      const existing = await lookup(input.key);
      // Or something that it refers to was made at the same moment: its partner, by another order or by his account.
      return existing ? { ...existing, created: false } : createOnce(input);
    }
  }

  function createOnce(input: OrderInput): Promise<FoundOrder & { created: boolean }> {
    return inTransaction('create', 'read write', async (session) => {
      const existing = await session.find(input.key);
      if (existing) return { ...existing, created: false };
      await session.run(statements.create, input, null);
      const made = await session.find(input.key);
      if (!made) throw blindLookup();
      return { ...made, created: true };
    });
  }

  async function change(input: OrderInput): Promise<(FoundOrder & { changed: boolean }) | null> {
    if (statements.change.length === 0) throw changeMissing();
    return inTransaction('change', 'read write', async (session) => {
      const existing = await session.find(input.key);
      if (existing === null) return null;
      return { ...existing, changed: await session.run(statements.change, input, existing) };
    });
  }

  const [comparing] = statements.compare;
  const compare = (inputs: readonly OrderInput[]) =>
    writer.run('compare', 'read only', async (session) => {
      const orders = inputs.map(({ key, order }) => ({ ...(order as object), key }));
      return comparedRows(await session.rows(comparing!, { orders: JSON.stringify(orders) }));
    });

  return {
    lookup,
    create,
    change,
    ...(comparing !== undefined && { compare }),
    close: () => writer.close(),
  };
}

function blindLookup(): Rejected {
  return new Rejected({
    code: 'order.lookup_blind',
    what: 'The look-up does not find the order that the create statements have just made; it was rolled back',
    why: 'each repetition would make another one',
    fix: 'Let the create statements store $key where erp.orders.lookup looks for it',
  });
}

function changeMissing(): Rejected {
  return new Rejected({
    code: 'order.change_unconfigured',
    what: 'The order has changed after its export, and no statement says how the ERP is told',
    fix: 'Configure erp.orders.change, or make the change in the ERP by hand, then `cartage parked discard KEY --reason TEXT`',
  });
}

/**
 * Customers into an ERP by SQL. The partner is looked up inside the transaction that writes it, and must be found by
 * the customer's key before it is committed: one that is not would be made anew at every repetition.
 */
import { Rejected } from '../../platform/errors.ts';
import { isRefusedAsDuplicate } from '../sql/refusal.ts';
import type { CompiledStatement } from '../sql/statements.ts';
import { textOf } from '../sql/transaction.ts';
import type { SqlSession } from '../sql/transaction.ts';
import { openWriter, soleRow } from '../sql/writer.ts';
import type { WriterOptions } from '../sql/writer.ts';
import type { CustomerInput, ErpCustomers, FoundPartner, Upserted, Who } from './erp-customers.ts';
import { compileCustomerStatements } from './statements.ts';
import type { CustomerStatements } from './statements.ts';

export interface SqlCustomersOptions extends WriterOptions {
  statements: CustomerStatements;
}

const where = 'erp.customers';

/** Key of no customer. */
const nobody = '-/-/-';

export function createSqlCustomers(options: SqlCustomersOptions): ErpCustomers & { close(): Promise<void> } {
  const statements = compileCustomerStatements(options.statements, where);
  const writer = openWriter(options, { subject: 'customer', where });
  const find = (session: SqlSession, who: Who) => findPartner(session, statements.lookup, who);

  const upsertOnce = (input: CustomerInput): Promise<Upserted> =>
    writer.run('write', 'read write', async (session) => {
      const found = await find(session, input);
      if (found !== null && found.key !== null && found.key !== input.key)
        return { status: 'taken', partner: found };
      await session.run(statements.upsert, valuesOf(input, found));
      const partner = await find(session, input);
      if (partner?.key !== input.key) throw blindLookup();
      if (found === null) return { status: 'created', partner };
      return { status: found.key === null ? 'adopted' : 'updated', partner };
    });

  const lookup = (who: Who) => writer.run('look up', 'read only', (session) => find(session, who));

  /** A partner of its own it has, and another one has its new e-mail. */
  async function takenBy({ key, website, email }: CustomerInput, error: unknown): Promise<Upserted> {
    if (!isRefusedAsDuplicate(error)) throw error;
    const partner = await lookup({ key: nobody, website, email });
    if (partner === null || partner.key === null || partner.key === key) throw error;
    return { status: 'taken', partner };
  }

  return {
    lookup,

    async upsert(input) {
      try {
        return await upsertOnce(input);
      } catch (error) {
        // An order, or another customer of that e-mail, was a moment faster: the look-up finds its partner now.
        if (!isRefusedAsDuplicate(error)) throw error;
        return upsertOnce(input).catch((again: unknown) => takenBy(input, again));
      }
    },

    erase: (who) =>
      writer.run('erase', 'read write', async (session) => {
        const found = await find(session, who);
        if (found?.key !== who.key) return null;
        await session.run(statements.erase, {
          key: who.key,
          website: who.website,
          lookup: JSON.stringify(found),
        });
        return found;
      }),

    close: () => writer.close(),
  };
}

async function findPartner(
  session: SqlSession,
  lookup: CompiledStatement,
  { key, website, email }: Who,
): Promise<FoundPartner | null> {
  const rows = await session.rows(lookup, { key, website, email });
  const found = soleRow(rows, (gave) => ambiguousLookup(key, gave));
  return found && { id: found.id, reference: found.reference, key: textOf(found.row.key) };
}

function valuesOf({ key, website, email, customer, codes }: CustomerInput, found: FoundPartner | null) {
  return {
    key,
    website,
    email,
    customer: JSON.stringify(customer),
    codes: JSON.stringify(codes),
    lookup: found && JSON.stringify(found),
  };
}

function ambiguousLookup(key: string, gave: string): Rejected {
  return new Rejected({
    code: 'customer.lookup_ambiguous',
    what: `The look-up of customer ${key} gave ${gave}`,
    fix: 'Correct erp.customers.lookup: one row with the columns id and key, the partner of $key before that of $email; and see whether the ERP holds the customer twice',
  });
}

function blindLookup(): Rejected {
  return new Rejected({
    code: 'customer.lookup_blind',
    what: 'The look-up does not find the partner that the upsert statements have just written under its key; it was rolled back',
    why: 'each repetition would make another one',
    fix: 'Let the upsert statements store $key where erp.customers.lookup reads the column key',
  });
}

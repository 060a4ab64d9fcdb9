/**
 * The SQL of the customer export, from the configuration. `lookup` sees `$key`, `$website` and `$email` (text);
 * `upsert` sees these and `$customer`, `$codes` (jsonb); both lists see `$lookup` (jsonb, the partner as found before,
 * null when there was none) and, by its name, the first row of each statement before it.
 */
import { compileSql } from '../changed-keys/sql-template.ts';
import type { ParameterTypes } from '../changed-keys/sql-template.ts';
import { compileList } from '../sql/statements.ts';
import type { CompiledStatement, NamedStatement } from '../sql/statements.ts';

export interface CustomerStatements {
  /** The partner of `$key`, else of `$website` and `$email`: at most one row with `id`, `key` and, if it has one, `reference`. */
  lookup: string;
  /** A unique key of the ERP must refuse a second partner of one customer, and of one e-mail in a website. */
  upsert: readonly NamedStatement[];
  erase: readonly NamedStatement[];
}

export interface CompiledCustomerStatements {
  lookup: CompiledStatement;
  upsert: CompiledStatement[];
  erase: CompiledStatement[];
}

const whoTypes: ParameterTypes = { key: 'text', website: 'text', email: 'text' };
const eraseTypes: ParameterTypes = { key: 'text', website: 'text', lookup: 'jsonb' };
const upsertTypes: ParameterTypes = { ...whoTypes, customer: 'jsonb', codes: 'jsonb', lookup: 'jsonb' };

/** @throws {Rejected} on unknown parameters, names used twice and names that are no identifiers. */
export function compileCustomerStatements(
  { lookup, upsert, erase }: CustomerStatements,
  where: string,
): CompiledCustomerStatements {
  return {
    lookup: { name: 'lookup', result: null, template: compileSql(lookup, whoTypes, `${where}.lookup`) },
    upsert: compileList(upsert, upsertTypes, `${where}.upsert`),
    erase: compileList(erase, eraseTypes, `${where}.erase`),
  };
}

/**
 * The SQL of the order export, from the configuration. Each statement has a name, and sees as parameters
 * `$key` (text), `$order`, `$codes` and `$buyer` (jsonb), `$lookup` (jsonb, the order as found before; null at creation) and,
 * by its name, the first row of each statement before it (jsonb):
 * `insert into sale_line … values ((($sale->>'id')::int), …)`.
 */
import { compileSql } from '../changed-keys/sql-template.ts';
import type { ParameterTypes } from '../changed-keys/sql-template.ts';
import { compileList } from '../sql/statements.ts';
import type { CompiledStatement, NamedStatement } from '../sql/statements.ts';

export interface OrderStatements {
  /** Finds an order by `$key`; gives at most one row with `id` and, if it has one, `reference` (the ERP's order number). */
  lookup: string;
  /** Run in order, in one transaction; a unique key of the ERP must refuse a second order of the same key. */
  create: readonly NamedStatement[];
  /** For what happens to an order after its export: cancel, hold, edit. */
  change?: readonly NamedStatement[];
  /** What the ERP has of `$orders` (JSON array, each with its `key`): rows of `key`, `name`, `ours`, `theirs`. */
  compare?: string | undefined;
}

export interface CompiledStatements {
  lookup: CompiledStatement;
  create: CompiledStatement[];
  change: CompiledStatement[];
  /** One, or none. */
  compare: CompiledStatement[];
}

const givenTypes: ParameterTypes = {
  key: 'text',
  order: 'jsonb',
  codes: 'jsonb',
  buyer: 'jsonb',
  lookup: 'jsonb',
};

/** @throws {Rejected} on unknown parameters, names used twice and names that are no identifiers. */
export function compileStatements(statements: OrderStatements, where: string): CompiledStatements {
  return {
    lookup: {
      name: 'lookup',
      result: null,
      template: compileSql(statements.lookup, { key: 'text' }, `${where}.lookup`),
    },
    create: compileList(statements.create, givenTypes, `${where}.create`),
    change: compileList(statements.change ?? [], givenTypes, `${where}.change`),
    compare: compileList(
      statements.compare === undefined ? [] : [{ sql: statements.compare }],
      { orders: 'jsonb' },
      `${where}.compare`,
    ),
  };
}

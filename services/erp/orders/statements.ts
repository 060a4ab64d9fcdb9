/**
 * The SQL of the order export, from the configuration. Each statement has a name, and sees as parameters
 * `$key` (text), `$order` and `$codes` (jsonb), `$lookup` (jsonb, the order as found before; null at creation) and,
 * by its name, the first row of each statement before it (jsonb):
 * `insert into sale_line … values ((($sale->>'id')::int), …)`.
 */
import { Rejected } from '../../platform/errors.ts';
import { compileSql } from '../changed-keys/sql-template.ts';
import type { ParameterTypes, SqlTemplate } from '../changed-keys/sql-template.ts';

export interface NamedStatement {
  /** Makes the first row of the statement the parameter of this name; without one the row is not kept. */
  name?: string | undefined;
  sql: string;
}

export interface OrderStatements {
  /** Finds an order by `$key`; gives at most one row with `id` and, if it has one, `reference` (the ERP's order number). */
  lookup: string;
  /** Run in order, in one transaction; a unique key of the ERP must refuse a second order of the same key. */
  create: readonly NamedStatement[];
  /** For what happens to an order after its export: cancel, hold, edit. */
  change?: readonly NamedStatement[];
}

export interface CompiledStatement {
  /** For errors: the name, or the place in the list. */
  name: string;
  /** The parameter that its first row becomes. */
  result: string | null;
  template: SqlTemplate;
}

export interface CompiledStatements {
  lookup: CompiledStatement;
  create: CompiledStatement[];
  change: CompiledStatement[];
}

const givenTypes: ParameterTypes = { key: 'text', order: 'jsonb', codes: 'jsonb', lookup: 'jsonb' };

/** @throws {Rejected} on unknown parameters, names used twice and names that are no identifiers. */
export function compileStatements(statements: OrderStatements, where: string): CompiledStatements {
  return {
    lookup: {
      name: 'lookup',
      result: null,
      template: compileSql(statements.lookup, { key: 'text' }, `${where}.lookup`),
    },
    create: compileList(statements.create, `${where}.create`),
    change: compileList(statements.change ?? [], `${where}.change`),
  };
}

function compileList(statements: readonly NamedStatement[], where: string): CompiledStatement[] {
  let types = givenTypes;
  return statements.map(({ name, sql }, index) => {
    if (name === undefined) {
      const place = `${where}.${index}`;
      return { name: place, result: null, template: compileSql(sql, types, place) };
    }
    if (!/^[a-z][a-z0-9_]*$/.test(name) || Object.hasOwn(types, name)) throw badName(name, where);
    const template = compileSql(sql, types, `${where}.${name}`);
    types = { ...types, [name]: 'jsonb' };
    return { name, result: name, template };
  });
}

function badName(name: string, where: string): Rejected {
  return new Rejected({
    code: 'config.statement_name',
    what: `${where} has a statement named "${name}"`,
    why: 'its first row becomes the parameter of that name, which must be an identifier of its own',
    fix: 'Use lower-case letters, digits and underscores, and each name once; key, order, codes and lookup are taken',
  });
}

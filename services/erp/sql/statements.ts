/** Lists of SQL statements from the configuration, run in order within one transaction. */
import { Rejected } from '../../platform/errors.ts';
import { compileSql } from '../changed-keys/sql-template.ts';
import type { ParameterTypes, SqlTemplate } from '../changed-keys/sql-template.ts';

export interface NamedStatement {
  /** Makes the first row of the statement the parameter of this name; without one the row is not kept. */
  name?: string | undefined;
  sql: string;
}

export interface CompiledStatement {
  /** For errors: the name, or the place in the list, such as `create_2`. */
  name: string;
  /** The parameter that its first row becomes. */
  result: string | null;
  template: SqlTemplate;
}

/** @throws {Rejected} on unknown parameters, names used twice and names that are no identifiers. */
export function compileList(
  statements: readonly NamedStatement[],
  given: ParameterTypes,
  where: string,
): CompiledStatement[] {
  let types = given;
  return statements.map(({ name, sql }, index) => {
    if (name === undefined) {
      const place = `${where.split('.').at(-1)}_${index + 1}`;
      return { name: place, result: null, template: compileSql(sql, types, `${where}.${index}`) };
    }
    if (!/^[a-z][a-z0-9_]*$/.test(name) || Object.hasOwn(types, name))
      throw badName(name, where, Object.keys(given));
    const template = compileSql(sql, types, `${where}.${name}`);
    types = { ...types, [name]: 'jsonb' };
    return { name, result: name, template };
  });
}

function badName(name: string, where: string, taken: readonly string[]): Rejected {
  return new Rejected({
    code: 'config.statement_name',
    what: `${where} has a statement named "${name}"`,
    why: 'its first row becomes the parameter of that name, which must be an identifier of its own',
    fix: `Use lower-case letters, digits and underscores, and each name once; taken are ${taken.join(', ')}`,
  });
}

/**
 * The one judge of the watched tables and their publication: asked at the start, by `cartage check`, and by the watchman
 * while the log is read. What is wrong with one table concerns the streams that watch it, and no others.
 */
import type { Fault } from '../../platform/errors.ts';
import { fullTableName } from '../pool.ts';
import { checkIdentities } from './identity.ts';
import type { IdentityFinding, WatchedKey } from './identity.ts';
import { inspectPublication, publicationStatement } from './publication.ts';
import type { PublicationState } from './publication.ts';
import type { Database } from './slot.ts';
import { tableStates } from './table-state.ts';

export interface TableJudgement {
  table: string;
  /** How it stands, as a digest. Another one: what is true, or what the log tells, may be another. */
  state: string;
  /** Why the log does not tell all its changes, and what mends that; null when it does. */
  fault: Fault | null;
}

export interface Judgement {
  tables: TableJudgement[];
  /** Null where there is none. */
  publication: PublicationState | null;
  /** The tables that it should hold: those that are there, and whose own updates do not fail by it. */
  wanted: string[];
  /** What makes it so; null when it is. */
  statement: string | null;
}

/** @throws Unavailable */
export async function judge(
  database: Database,
  publicationName: string,
  watched: readonly WatchedKey[],
): Promise<Judgement> {
  const identities = await checkIdentities(database, watched);
  const names = identities.map(({ table }) => table);
  const publication = await inspectPublication(database, publicationName);
  const states = await tableStates(database, publicationName, names);
  const wanted = identities
    .filter(({ exists, breaksUpdates }) => exists && !breaksUpdates)
    .map(({ table }) => table);
  const statement = wanted.length === 0 ? null : publicationStatement(publicationName, wanted, publication);
  const tables = identities.map((identity) => ({
    table: identity.table,
    state: states.get(identity.table) ?? '',
    fault: tableFault(identity) ?? publicationFault(identity.table, publication, statement),
  }));
  return { tables, publication, wanted, statement };
}

/** What is wrong with the table itself. */
export function tableFault(found: IdentityFinding): Fault | null {
  const { table } = found;
  if (!found.exists)
    return {
      code: 'erp.table',
      what: `Table ${table} does not exist`,
      why: 'it is watched by a stream; a view has no changes of its own in the log',
      fix: 'Correct `watch` in the configuration; of a view, name the tables it reads from',
    };
  if (found.unknown.length > 0)
    return {
      code: 'erp.column',
      what: `Table ${table} has no column ${found.unknown.join(', ')}`,
      why: 'a stream takes its keys from it',
      fix: 'Correct `watch` in the configuration',
    };
  if (found.children.length > 0)
    return {
      code: 'erp.inherited',
      what: `Rows of ${table} lie in ${found.children.join(', ')}, which inherit from it and are not watched`,
      why: 'the log names each change by the table that holds the row',
      fix: 'Watch each of these tables as well',
    };
  if (found.statement === null) return null;
  return {
    code: 'erp.identity',
    what: `Updates and deletes of ${table} do not carry ${found.missing.join(', ') || 'any key'}`,
    why: found.breaksUpdates
      ? "without a replica identity the ERP's own updates would fail once the table is published"
      : 'a key that a row leaves would never be asked for again, and its value stay wrong without any error',
    fix: `Run: ${found.statement}`,
  };
}

function publicationFault(
  table: string,
  publication: PublicationState | null,
  statement: string | null,
): Fault | null {
  const lack = lackOf(table, publication);
  if (lack === null || statement === null) return null;
  return {
    code: 'replication.publication',
    what: `The publication ${lack}`,
    why: 'changes that are not published are in no log that Cartage reads',
    fix: `Let the owner of the tables run: ${statement}`,
  };
}

function lackOf(table: string, publication: PublicationState | null): string | null {
  if (publication === null) return `of ${table} does not exist`;
  const { isNarrowed, unpublished, tables } = publication;
  if (!tables.includes(fullTableName(table))) return `does not hold ${table}`;
  if (isNarrowed) return `leaves out rows or columns, perhaps of ${table}`;
  return unpublished.length > 0 ? `leaves out each ${unpublished.join(', ')} of ${table}` : null;
}

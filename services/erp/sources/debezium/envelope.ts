/**
 * A record of Debezium: what was (`before`), what is (`after`), what happened (`op`) and where it comes from (`source`), bare
 * or under `payload` beside its schema. What others make of it on the way (`ExtractNewRecordState`) is none: it leaves
 * out the old row, and with it the keys that rows leave.
 */
import type { Fault } from '../../../platform/errors.ts';
import { markOf } from '../../mysql/proof.ts';
import type { Proof } from '../../mysql/proof.ts';
import type { Mark } from '../change-source.ts';
import type { Change, Row } from '../changes.ts';

export interface TableRecord {
  change: Change;
  mark: Mark;
  /** Milliseconds, when it was committed. */
  occurredAt: number;
  /** It tells a row as Debezium found it when it began: nothing says that it has changed. */
  isFound: boolean;
}

/** Where no transaction is told: whoever asks later sees it. */
const seen: Mark = 'seen';
const kinds = { c: 'insert', r: 'insert', u: 'update', d: 'delete', t: 'truncate' } as const;

/** @returns null of what tells of no row (a tombstone, a message); a fault of what is no such record. */
export function readEnvelope(
  table: string,
  value: unknown,
  proof: Proof = 'none',
): TableRecord | Fault | null {
  if (value === null) return null;
  const given = treeOf(value);
  const { op, before, after, source, ts_ms: at } = treeOf('payload' in given ? given.payload : given);
  if (op === 'm') return null;
  const kind = kinds[op as keyof typeof kinds];
  if (kind === undefined) return noEnvelope(table);
  const origin = treeOf(source);
  const { txId, snapshot, ts_ms: committedAt } = origin;
  const mark = proof === 'none' ? transactionOf(txId) : markOf(proof, origin);
  // What was read from the table itself need not be shown any more.
  if (mark === null && proof !== 'none' && !isOfTable(snapshot)) return noProof(table, proof);
  return {
    change: { table, kind, old: rowOf(before), new: rowOf(after) },
    mark: mark ?? seen,
    occurredAt: Number(committedAt ?? at ?? 0),
    isFound: op === 'r' && snapshot !== 'incremental',
  };
}

/** By its id, which PostgreSQL names alone. */
function transactionOf(txId: unknown): Mark | null {
  return /^\d+$/.test(String(txId)) ? String(txId) : null;
}

/** Some versions write it as a boolean. */
const isOfTable = (snapshot: unknown) => snapshot != null && snapshot !== 'false' && snapshot !== false;

function noProof(table: string, proof: Proof): Fault {
  return {
    code: 'erp.debezium_proof',
    what: `A record on the topic of ${table} does not say where it stands in the log`,
    why: `erp.source.proof is ${proof}, and its \`source\` has no ${proof === 'gtid' ? '`gtid` of MariaDB' : '`file` and `pos`'}`,
    fix: "Read MariaDB by Debezium's connector for it, or leave erp.source.proof out. Once a record can be read, all keys are asked again",
  };
}

export function noEnvelope(table: string): Fault {
  return {
    code: 'erp.debezium_record',
    what: `What stands on the topic of ${table} is no record of Debezium`,
    why: 'it has no `op` with the row before and after: another writer, or a transformation (ExtractNewRecordState) that leaves out what a row was',
    fix: 'Take the transformation out of the connector, or correct erp.source.topics. Once a record can be read, all keys are asked again',
  };
}

function rowOf(row: unknown): Row | null {
  if (row === null || row === undefined) return null;
  const texts = Object.entries(treeOf(row)).map(([name, value]) => [name, textOf(value)]);
  return Object.fromEntries(texts) as Row;
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function treeOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

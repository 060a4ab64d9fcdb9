/**
 * Decoder of `pgoutput`, protocol version 1 (PostgreSQL manual, "Logical Replication Message Formats").
 * Rows name their table by an oid; the server sends what stands behind it (a Relation message) before
 * the first row of a session and after every change of the table, so the decoder remembers those.
 */
import type { Lsn } from './lsn.ts';
import type { Change, Row } from '../sources/changes.ts';
import { readTuple } from './tuple.ts';
import type { Column } from './tuple.ts';
import { Defect } from '../../platform/errors.ts';

export interface Relation {
  /** Stays while names change. */
  oid: number;
  table: string;
  /** `d` default (primary key), `n` nothing, `f` full, `i` an index. */
  identity: string;
  columns: Column[];
}

export interface MessageHandlers {
  begin(commitLsn: Lsn, commitTime: Date, xid: number): void;
  commit(commitLsn: Lsn, endLsn: Lsn): void;
  /** A table was described or described anew; throwing stops the reader. */
  relation?(relation: Relation): void;
  change(change: Change): void;
}

/** Which columns of a table to decode; undefined means all. */
export type WantedColumns = (table: string) => ReadonlySet<string> | undefined;

const changeTags = { insert: 0x49, update: 0x55, delete: 0x44, truncate: 0x54 } as const;
const beginTag = 0x42;
const commitTag = 0x43;
const relationTag = 0x52;
const oldKeyTag = 0x4b; // 'K'
const oldRowTag = 0x4f; // 'O'
/** Type, origin and logical message: legal, and nothing that a reader of keys needs. */
const tagsWithoutMeaningHere: ReadonlySet<number> = new Set([0x59, 0x4f, 0x4d]);

export class MessageDecoder {
  readonly #relations = new Map<number, Relation>();
  readonly #handlers: MessageHandlers;
  readonly #wanted: WantedColumns;

  constructor(handlers: MessageHandlers, wanted: WantedColumns = () => undefined) {
    this.#handlers = handlers;
    this.#wanted = wanted;
  }

  /** @throws {Error} on a message that protocol 1 does not know: the stream cannot be trusted any more. */
  decode(body: Buffer, start: number): void {
    const type = body[start]!;
    const at = start + 1;
    if (type === changeTags.insert) return this.#insert(body, at);
    if (type === changeTags.update) return this.#update(body, at);
    if (type === changeTags.delete) return this.#delete(body, at);
    if (type === beginTag) {
      return this.#handlers.begin(
        body.readBigUInt64BE(at),
        postgresTime(body, at + 8),
        body.readUInt32BE(at + 16),
      );
    }
    if (type === commitTag)
      return this.#handlers.commit(body.readBigUInt64BE(at + 1), body.readBigUInt64BE(at + 9));
    if (type === relationTag) return this.#relation(body, at);
    if (type === changeTags.truncate) return this.#truncate(body, at);
    if (tagsWithoutMeaningHere.has(type)) return undefined;
    throw new Defect(`pgoutput sent a message of unknown type 0x${type.toString(16)}`);
  }

  #insert(body: Buffer, at: number): void {
    const relation = this.#relationOf(body.readUInt32BE(at));
    const { row } = readTuple(body, at + 5, relation, false);
    this.#handlers.change({ table: relation.table, kind: 'insert', old: null, new: row });
  }

  #update(body: Buffer, at: number): void {
    const relation = this.#relationOf(body.readUInt32BE(at));
    let next = at + 4;
    let old: Row | null = null;
    const part = body[next];
    if (part === oldKeyTag || part === oldRowTag) {
      const tuple = readTuple(body, next + 1, relation, part === oldKeyTag);
      old = tuple.row;
      next = tuple.end;
    }
    const { row } = readTuple(body, next + 1, relation, false);
    this.#handlers.change({ table: relation.table, kind: 'update', old, new: row });
  }

  #delete(body: Buffer, at: number): void {
    const relation = this.#relationOf(body.readUInt32BE(at));
    const { row } = readTuple(body, at + 5, relation, body[at + 4] === oldKeyTag);
    this.#handlers.change({ table: relation.table, kind: 'delete', old: row, new: null });
  }

  #truncate(body: Buffer, at: number): void {
    const count = body.readUInt32BE(at);
    for (let index = 0; index < count; index += 1) {
      const relation = this.#relationOf(body.readUInt32BE(at + 5 + 4 * index));
      this.#handlers.change({ table: relation.table, kind: 'truncate', old: null, new: null });
    }
  }

  #relation(body: Buffer, start: number): void {
    const [schema, afterSchema] = readName(body, start + 4);
    const [name, afterName] = readName(body, afterSchema);
    const table = `${schema === '' ? 'pg_catalog' : schema}.${name}`;
    const wanted = this.#wanted(table);
    const columns: Column[] = [];
    let at = afterName + 3;
    for (let left = body.readUInt16BE(afterName + 1); left > 0; left -= 1) {
      const inIdentity = (body[at]! & 1) === 1;
      const [column, end] = readName(body, at + 1);
      columns.push({
        name: column,
        typeOid: body.readUInt32BE(end),
        inIdentity,
        wanted: wanted?.has(column) ?? true,
      });
      at = end + 8;
    }
    const oid = body.readUInt32BE(start);
    const relation = { oid, table, identity: String.fromCharCode(body[afterName]!), columns };
    this.#relations.set(oid, relation);
    this.#handlers.relation?.(relation);
  }

  #relationOf(oid: number): Relation {
    const relation = this.#relations.get(oid);
    if (!relation) throw new Defect(`pgoutput sent a row of table ${oid} without having described the table`);
    return relation;
  }
}

function readName(body: Buffer, start: number): [name: string, end: number] {
  const end = body.indexOf(0, start);
  return [body.toString('utf8', start, end), end + 1];
}

/** Microseconds between 1970 and 2000, where PostgreSQL's clock begins. */
const postgresEpochMicros = 946_684_800_000_000n;

function postgresTime(body: Buffer, at: number): Date {
  return new Date(Number((body.readBigInt64BE(at) + postgresEpochMicros) / 1000n));
}

/** The server's form of a time, for status messages. */
export function toPostgresMicros(timeMs: number): bigint {
  return BigInt(Math.round(timeMs)) * 1000n - postgresEpochMicros;
}

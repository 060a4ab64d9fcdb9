/** Rows as `pgoutput` sends them (protocol 1, text format). */
import type { Row } from '../sources/changes.ts';
import { paddedOid, unpadded } from '../values.ts';

export interface Column {
  name: string;
  typeOid: number;
  /** Part of the replica identity: updates and deletes carry its old value. */
  inIdentity: boolean;
  /** Asked for; the others are skipped without being decoded. */
  wanted: boolean;
}

const nullTag = 0x6e; // 'n'
const unchangedTag = 0x75; // 'u'

export interface ReadTuple {
  row: Row;
  /** Where the next part of the message begins. */
  end: number;
}

/**
 * @param keyOnly the tuple is an old key ('K'): the server fills the other columns with nulls,
 *   which mean "not sent" and must not be read as values.
 */
export function readTuple(
  body: Buffer,
  start: number,
  relation: { columns: readonly Column[] },
  keyOnly: boolean,
): ReadTuple {
  const row: Row = {};
  const count = body.readUInt16BE(start);
  let at = start + 2;
  for (let index = 0; index < count; index += 1) {
    const kind = body[at]!;
    at += 1;
    let valueEnd = at;
    if (kind !== nullTag && kind !== unchangedTag) {
      valueEnd = at + 4 + body.readUInt32BE(at);
      at += 4;
    }
    const column = relation.columns[index];
    if (column?.wanted && kind !== unchangedTag && (!keyOnly || column.inIdentity)) {
      row[column.name] = kind === nullTag ? null : textOf(column, body.toString('utf8', at, valueEnd));
    }
    at = valueEnd;
  }
  return { row, end: at };
}

function textOf({ typeOid }: Column, text: string): string {
  return typeOid === paddedOid ? unpadded(text) : text;
}

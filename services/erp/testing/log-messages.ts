/** What `pgoutput` writes: the messages of a log, for tests. */
import { toPostgresMicros } from '../replication/messages.ts';
import { int16, int32 } from './postgres-messages.ts';

/** A value; null; what is not sent because it did not change. */
type Sent = string | null | undefined;

export interface SentColumn {
  name: string;
  inIdentity?: boolean;
  typeOid?: number;
}

export const log = {
  begin: (xid: number, commitLsn: bigint, timeMs: number) =>
    joined('B', int64(commitLsn), int64(toPostgresMicros(timeMs)), int32(xid)),
  commit: (commitLsn: bigint, endLsn: bigint) =>
    joined('C', byte(0), int64(commitLsn), int64(endLsn), int64(0n)),
  relation: (oid: number, schema: string, name: string, columns: readonly SentColumn[], identity = 'd') =>
    joined(
      'R',
      int32(oid),
      text(schema),
      text(name),
      Buffer.from(identity),
      int16(columns.length),
      ...columns.map((column) =>
        Buffer.concat([
          byte(column.inIdentity ? 1 : 0),
          text(column.name),
          int32(column.typeOid ?? 25),
          int32(-1),
        ]),
      ),
    ),
  insert: (oid: number, row: readonly Sent[]) => joined('I', int32(oid), Buffer.from('N'), tuple(row)),
  update: (oid: number, row: readonly Sent[], old?: { kind: 'K' | 'O'; row: readonly Sent[] }) =>
    joined(
      'U',
      int32(oid),
      ...(old ? [Buffer.from(old.kind), tuple(old.row)] : []),
      Buffer.from('N'),
      tuple(row),
    ),
  delete: (oid: number, kind: 'K' | 'O', row: readonly Sent[]) =>
    joined('D', int32(oid), Buffer.from(kind), tuple(row)),
  truncate: (...oids: number[]) => joined('T', int32(oids.length), byte(0), ...oids.map(int32)),
};

/** A message of the plugin as the stream carries it. */
export const inStream = (message: Buffer) => joined('w', int64(0n), int64(0n), int64(0n), message);
export const keepalive = (walEnd: bigint, replyRequested: boolean) =>
  joined('k', int64(walEnd), int64(0n), byte(replyRequested ? 1 : 0));

export function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

function tuple(row: readonly Sent[]): Buffer {
  const values = row.map((value) => {
    if (value === null) return Buffer.from('n');
    if (value === undefined) return Buffer.from('u');
    return Buffer.concat([Buffer.from('t'), int32(Buffer.byteLength(value)), Buffer.from(value)]);
  });
  return Buffer.concat([int16(row.length), ...values]);
}

const joined = (tag: string, ...parts: Buffer[]) => Buffer.concat([Buffer.from(tag), ...parts]);
const byte = (value: number) => Buffer.from([value]);
const text = (value: string) => Buffer.from(`${value}\0`);

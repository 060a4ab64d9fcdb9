/** Messages of PostgreSQL's protocol, as the double of the server writes and reads them. */
type Value = string | number | boolean | null | readonly string[] | object;
export type DoubleRow = Readonly<Record<string, Value>>;
/** Rows; no row, of columns of these types; how many were changed; or what is refused (by its SQLSTATE). */
export type DoubleAnswer =
  readonly DoubleRow[] | { columns: Readonly<Record<string, number>> } | number | Error;
/** What describes the columns, by their types or the values of the first row, and the rows. */
export function messagesOf(answer: Exclude<DoubleAnswer, Error>): [type: string, body: Buffer][] {
  if (typeof answer === 'number') return [];
  if ('columns' in answer) return [['T', describing(Object.entries(answer.columns))]];
  const [first] = answer;
  if (first === undefined) return [];
  const types = Object.entries(first).map(([name, value]): [string, number] => [name, typeOf(value)]);
  return [['T', describing(types)], ...answer.map((row): [string, Buffer] => ['D', rowOf(row)])];
}

function describing(types: readonly [name: string, oid: number][]): Buffer {
  const columns = types.map(([name, oid]) =>
    Buffer.concat([Buffer.from(`${name}\0`), int32(0), int16(0), int32(oid), int16(-1), int32(-1), int16(0)]),
  );
  return Buffer.concat([int16(columns.length), ...columns]);
}

function rowOf(row: DoubleRow): Buffer {
  const values = Object.values(row).map((value) => {
    if (value === null) return int32(-1);
    const text = Buffer.from(writtenAs(value));
    return Buffer.concat([int32(text.length), text]);
  });
  return Buffer.concat([int16(values.length), ...values]);
}

/** A message of the protocol. */
export function frame(type: string, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body as string);
  return Buffer.concat([Buffer.from(type), int32(bytes.length + 4), bytes]);
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

/** By what the driver makes of it. */
function typeOf(value: Value): number {
  if (typeof value === 'boolean') return 16;
  if (typeof value === 'number') return 701;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return 1009;
  return value !== null && typeof value === 'object' ? 3802 : 25;
}

function writtenAs(value: NonNullable<Value>): string {
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeOf(value) === 1009) return `{${(value as string[]).map((item) => JSON.stringify(item)).join()}}`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Of an error, as the server tells it. */
export function fieldsOf(error: Error): string {
  const {
    code = 'XX000',
    constraint,
    routine,
  } = error as { code?: string; constraint?: string; routine?: string };
  const more = [constraint && `n${constraint}`, routine && `R${routine}`].filter(Boolean);
  return [`SERROR`, `VERROR`, `C${code}`, `M${error.message}`, ...more, '', ''].join('\0');
}

export function textAt(body: Buffer, start: number): { text: string; end: number } {
  const end = body.indexOf(0, start);
  return { text: body.toString('utf8', start, end), end: end + 1 };
}

export function valuesIn(body: Buffer): (string | null)[] {
  let at = textAt(body, textAt(body, 0).end).end;
  at += 2 + 2 * body.readInt16BE(at);
  const values: (string | null)[] = [];
  let left = body.readInt16BE(at);
  for (at += 2; left > 0; left -= 1) {
    const size = body.readInt32BE(at);
    at += 4;
    values.push(size < 0 ? null : body.toString('utf8', at, at + size));
    at += Math.max(size, 0);
  }
  return values;
}

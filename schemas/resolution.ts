/** Avro schema resolution: what a reader with one schema cannot make of what a writer with another one wrote. */
import { logicalName } from './avro.ts';
import type { AvroEnum, AvroField, AvroLogical, AvroRecord, AvroSchema } from './avro.ts';

/** One thing a reader cannot read. `path` is as in `lines[].sku`; empty for the record itself. */
export type Flaw = { path: string } & (
  | { kind: 'field-missing' }
  | { kind: 'field-ambiguous'; names: string[] }
  | { kind: 'type'; reader: AvroSchema; writer: AvroSchema }
  | { kind: 'branch'; reader: AvroSchema; branch: AvroSchema }
  | { kind: 'name'; reader: string; writer: string }
  | { kind: 'symbols'; name: string; symbols: string[] }
  | { kind: 'meaning'; reader: string; writer: string }
);

/** Reader type to the writer types it takes besides itself. */
const promotions: Record<string, readonly string[]> = {
  long: ['int'],
  float: ['int', 'long'],
  double: ['int', 'long', 'float'],
  string: ['bytes'],
  bytes: ['string'],
};

/** Everything the reader cannot read; empty when it reads all that the writer may write. */
export function flawsOf(reader: AvroSchema, writer: AvroSchema): Flaw[] {
  return compare(reader, writer, '', new Map());
}

/** Records that were compared already, or are being compared: a record may hold itself. */
type Seen = Map<AvroRecord, Map<AvroRecord, Flaw[]>>;

function compare(reader: AvroSchema, writer: AvroSchema, path: string, seen: Seen): Flaw[] {
  if (writer.kind === 'union')
    return writer.branches.flatMap((branch) => compareBranch(reader, branch, path, seen));
  if (reader.kind === 'union') return compareBranch(reader, writer, path, seen);
  if (reader.kind === 'array' && writer.kind === 'array')
    return compare(reader.items, writer.items, `${path}[]`, seen);
  if (reader.kind === 'map' && writer.kind === 'map')
    return compare(reader.values, writer.values, `${path}{}`, seen);
  if (reader.kind === 'record' && writer.kind === 'record') return compareRecords(reader, writer, path, seen);
  if (reader.kind === 'enum' && writer.kind === 'enum') return compareEnums(reader, writer, path);
  if (reader.kind === 'fixed' && writer.kind === 'fixed') {
    if (reader.name !== writer.name)
      return [{ kind: 'name', path, reader: reader.name, writer: writer.name }];
    if (reader.sizeBytes !== writer.sizeBytes) return [{ kind: 'type', path, reader, writer }];
    return compareMeaning(reader.logical, writer.logical, path);
  }
  if (reader.kind === 'primitive' && writer.kind === 'primitive') {
    if (reader.name !== writer.name && !promotions[reader.name]?.includes(writer.name))
      return [{ kind: 'type', path, reader, writer }];
    return compareMeaning(reader.logical, writer.logical, path);
  }
  return [{ kind: 'type', path, reader, writer }];
}

/** One type that the writer may write. A reader with a union needs one branch that takes it. */
function compareBranch(reader: AvroSchema, branch: AvroSchema, path: string, seen: Seen): Flaw[] {
  if (reader.kind !== 'union') {
    const flaws = compare(reader, branch, path, seen);
    return flaws.map((flaw) =>
      flaw.kind === 'type' && flaw.path === path ? { kind: 'branch', path, reader, branch } : flaw,
    );
  }
  let nearest: Flaw[] | null = null;
  for (const candidate of reader.branches) {
    const flaws = compare(candidate, branch, path, seen);
    if (flaws.length === 0) return [];
    // Not merely "no branch for it": the branch that was meant says what is wrong with it.
    if (identity(candidate) === identity(branch) || flaws.every(({ kind }) => kind === 'meaning'))
      nearest = flaws;
  }
  return nearest ?? [{ kind: 'branch', path, reader, branch }];
}

function compareRecords(reader: AvroRecord, writer: AvroRecord, path: string, seen: Seen): Flaw[] {
  const known = seen.get(reader)?.get(writer);
  if (known) return known;
  const flaws: Flaw[] = [];
  const pairs = seen.get(reader) ?? new Map<AvroRecord, Flaw[]>();
  seen.set(reader, pairs.set(writer, flaws));
  if (reader.name !== writer.name)
    flaws.push({ kind: 'name', path, reader: reader.name, writer: writer.name });
  for (const field of reader.fields) flaws.push(...compareField(field, writer, path, seen));
  return flaws;
}

function compareField(field: AvroField, writer: AvroRecord, path: string, seen: Seen): Flaw[] {
  const names = new Set([field.name, ...field.aliases]);
  const matches = writer.fields.filter(({ name }) => names.has(name));
  const fieldPath = path === '' ? field.name : `${path}.${field.name}`;
  const [match] = matches;
  if (!match) return field.hasDefault ? [] : [{ kind: 'field-missing', path: fieldPath }];
  if (matches.length > 1)
    return [{ kind: 'field-ambiguous', path: fieldPath, names: matches.map(({ name }) => name) }];
  return compare(field.type, match.type, fieldPath, seen);
}

function compareEnums(reader: AvroEnum, writer: AvroEnum, path: string): Flaw[] {
  if (reader.name !== writer.name) return [{ kind: 'name', path, reader: reader.name, writer: writer.name }];
  const unknown = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol));
  if (unknown.length === 0 || reader.hasDefault) return [];
  return [{ kind: 'symbols', path, name: reader.name, symbols: unknown }];
}

function compareMeaning(reader: AvroLogical | null, writer: AvroLogical | null, path: string): Flaw[] {
  const [mine, theirs] = [reader, writer].map((logical) => (logical ? logicalName(logical) : 'plain'));
  return mine === theirs ? [] : [{ kind: 'meaning', path, reader: mine!, writer: theirs! }];
}

function identity(schema: AvroSchema): string {
  return 'name' in schema ? schema.name : schema.kind;
}

/** Changes that somebody might make to a contract, good and bad ones, drawn at random. */
import { array, constantFrom, nat, record } from 'fast-check';
import type { Arbitrary } from 'fast-check';

interface JsonRecord {
  type: 'record';
  name: string;
  fields: JsonField[];
}

interface JsonField {
  name: string;
  type: unknown;
  default?: unknown;
  aliases?: string[];
  doc?: string;
}

export interface Mutation {
  kind: (typeof kinds)[number];
  /** Which record and which field of it, counted round. */
  record: number;
  field: number;
  /** Which of the types, names or symbols below. */
  choice: number;
}

const kinds = [
  'remove',
  'add',
  'add-with-default',
  'change-type',
  'make-nullable',
  'make-required',
  'widen-union',
  'reverse-union',
  'rename',
  'rename-with-alias',
  'rename-record',
  'drop-default',
  'move',
  'document',
  'set-logical',
] as const;

const types: unknown[] = [
  'int',
  'long',
  'float',
  'double',
  'string',
  'bytes',
  'boolean',
  { type: 'array', items: 'string' },
  { type: 'array', items: 'long' },
  { type: 'map', values: 'string' },
  { type: 'enum', name: 'Kind', symbols: ['A', 'B'] },
  { type: 'enum', name: 'Kind', symbols: ['A', 'B', 'C'] },
  { type: 'enum', name: 'Kind', symbols: ['A'], default: 'A' },
  { type: 'fixed', name: 'Digest', size: 16 },
  { type: 'fixed', name: 'Digest', size: 32 },
  { type: 'record', name: 'Extra', fields: [{ name: 'a', type: 'int' }] },
  { type: 'record', name: 'Extra', fields: [{ name: 'a', type: 'long', default: 0 }] },
];

const logicals: unknown[] = [
  { type: 'long', logicalType: 'timestamp-millis' },
  { type: 'long', logicalType: 'timestamp-micros' },
  { type: 'bytes', logicalType: 'decimal', precision: 12, scale: 2 },
  { type: 'bytes', logicalType: 'decimal', precision: 12, scale: 4 },
];

export const mutations: Arbitrary<Mutation[]> = array(
  record({ kind: constantFrom(...kinds), record: nat(20), field: nat(40), choice: nat(40) }),
  { minLength: 1, maxLength: 4 },
);

/** The contract with all changes made; it may be no valid schema any more. */
export function mutated(text: string, changes: readonly Mutation[]): string {
  const schema = JSON.parse(text) as JsonRecord;
  for (const change of changes) apply(schema, change);
  return JSON.stringify(schema);
}

function apply(schema: JsonRecord, { kind, record: recordIndex, field: fieldIndex, choice }: Mutation): void {
  const records = recordsOf(schema);
  const target = records[recordIndex % records.length]!;
  const field = target.fields[fieldIndex % Math.max(1, target.fields.length)];
  if (kind === 'rename-record') {
    target.name = `${target.name}Renamed`;
    return;
  }
  if (kind === 'add' || kind === 'add-with-default') {
    const added: JsonField = { name: `added${choice % 3}`, type: 'long' };
    target.fields.push(kind === 'add' ? added : { ...added, default: 0 });
    return;
  }
  if (!field) return;
  if (kind === 'remove') target.fields = target.fields.filter((other) => other !== field);
  else if (kind === 'move') target.fields = [...target.fields.filter((other) => other !== field), field];
  else changeField(field, kind, choice);
}

function changeField(field: JsonField, kind: Mutation['kind'], choice: number): void {
  const branches = Array.isArray(field.type) ? (field.type as unknown[]) : null;
  if (kind === 'drop-default') delete field.default;
  else if (kind === 'document') field.doc = `Other words ${choice}.`;
  else if (kind === 'rename' || kind === 'rename-with-alias') {
    if (kind === 'rename-with-alias') field.aliases = [field.name];
    field.name = `${field.name}Renamed`;
  } else if (kind === 'change-type' || kind === 'set-logical') {
    const list = kind === 'change-type' ? types : logicals;
    field.type = structuredClone(list[choice % list.length]);
    delete field.default;
  } else if (kind === 'make-nullable' && !branches) {
    field.type = ['null', field.type];
    field.default = null;
  } else if (kind === 'make-required' && branches) {
    field.type = branches.at(-1);
    delete field.default;
  } else if (kind === 'widen-union') {
    field.type = [...(branches ?? [field.type]), structuredClone(types[choice % types.length])];
  } else if (kind === 'reverse-union' && branches) {
    field.type = branches.toReversed();
    delete field.default;
  }
}

function recordsOf(schema: unknown): JsonRecord[] {
  if (Array.isArray(schema)) return schema.flatMap(recordsOf);
  if (schema === null || typeof schema !== 'object') return [];
  const node = schema as { type?: unknown; items?: unknown; values?: unknown; fields?: JsonField[] };
  const inside = [node.type, node.items, node.values, ...(node.fields ?? []).map((field) => field.type)];
  const own = node.type === 'record' ? [node as JsonRecord] : [];
  return [...own, ...inside.flatMap(recordsOf)];
}

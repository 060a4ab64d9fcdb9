/** An Avro schema as a tree: names resolved, namespaces applied, unions and logical types told apart. */

export type AvroSchema = AvroPrimitive | AvroArray | AvroMap | AvroUnion | AvroRecord | AvroEnum | AvroFixed;

export interface AvroPrimitive {
  kind: 'primitive';
  /** null, boolean, int, long, float, double, bytes or string. */
  name: string;
  logical: AvroLogical | null;
}

export interface AvroArray {
  kind: 'array';
  items: AvroSchema;
}

export interface AvroMap {
  kind: 'map';
  values: AvroSchema;
}

export interface AvroUnion {
  kind: 'union';
  branches: AvroSchema[];
}

export interface AvroRecord {
  kind: 'record';
  /** With its namespace. */
  name: string;
  doc: string | null;
  fields: AvroField[];
}

export interface AvroField {
  name: string;
  aliases: string[];
  doc: string | null;
  /** Marked `"personal": true`: it says something about a person. */
  personal: boolean;
  type: AvroSchema;
  hasDefault: boolean;
  default: unknown;
}

export interface AvroEnum {
  kind: 'enum';
  name: string;
  symbols: string[];
  hasDefault: boolean;
}

export interface AvroFixed {
  kind: 'fixed';
  name: string;
  sizeBytes: number;
  logical: AvroLogical | null;
}

/** What the bytes mean: a date, a decimal. Avro readers resolve the bytes alone and ignore it. */
export interface AvroLogical {
  name: string;
  precision: number | null;
  scale: number | null;
}

type Json = string | Json[] | { [member: string]: unknown };

const primitives = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']);

/** @throws Error when the text is no JSON, or names a type that it does not define. */
export function parseAvro(text: string): AvroSchema {
  return schemaOf(JSON.parse(text) as Json, '', new Map());
}

function schemaOf(json: Json, namespace: string, named: Map<string, AvroSchema>): AvroSchema {
  if (typeof json === 'string') return byName(json, namespace, named);
  if (Array.isArray(json))
    return { kind: 'union', branches: json.map((branch) => schemaOf(branch, namespace, named)) };
  const type = json.type as Json;
  if (typeof type !== 'string') return schemaOf(type, namespace, named);
  const inside = (inner: unknown) => schemaOf(inner as Json, namespace, named);
  if (type === 'array') return { kind: 'array', items: inside(json.items) };
  if (type === 'map') return { kind: 'map', values: inside(json.values) };
  if (type === 'record' || type === 'enum' || type === 'fixed')
    return definitionOf(json, type, namespace, named);
  if (primitives.has(type)) return { kind: 'primitive', name: type, logical: logicalOf(json) };
  return byName(type, namespace, named);
}

function byName(name: string, namespace: string, named: Map<string, AvroSchema>): AvroSchema {
  if (primitives.has(name)) return { kind: 'primitive', name, logical: null };
  const found = named.get(fullName(name, namespace)) ?? named.get(name);
  if (!found) throw new Error(`the type ${name} is used before it is defined`);
  return found;
}

function definitionOf(
  json: { [member: string]: unknown },
  kind: 'record' | 'enum' | 'fixed',
  outerNamespace: string,
  named: Map<string, AvroSchema>,
): AvroSchema {
  const name = fullName(json.name as string, (json.namespace as string | undefined) ?? outerNamespace);
  if (kind === 'enum') {
    const symbols = json.symbols as string[];
    return keep(named, { kind, name, symbols, hasDefault: json.default !== undefined });
  }
  if (kind === 'fixed')
    return keep(named, { kind, name, sizeBytes: json.size as number, logical: logicalOf(json) });
  // Known before its fields are read: a record may hold itself.
  const record: AvroRecord = { kind, name, doc: (json.doc as string | undefined) ?? null, fields: [] };
  named.set(name, record);
  const namespace = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : '';
  for (const field of json.fields as { [member: string]: unknown }[])
    record.fields.push({
      name: field.name as string,
      aliases: (field.aliases as string[] | undefined) ?? [],
      doc: (field.doc as string | undefined) ?? null,
      personal: field.personal === true,
      type: schemaOf(field.type as Json, namespace, named),
      hasDefault: 'default' in field,
      default: field.default,
    });
  return record;
}

function keep<T extends AvroEnum | AvroFixed>(named: Map<string, AvroSchema>, schema: T): T {
  named.set(schema.name, schema);
  return schema;
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function logicalOf(json: { [member: string]: unknown }): AvroLogical | null {
  if (typeof json.logicalType !== 'string') return null;
  const decimal = json.logicalType === 'decimal';
  return {
    name: json.logicalType,
    precision: decimal ? ((json.precision as number | undefined) ?? null) : null,
    scale: decimal ? ((json.scale as number | undefined) ?? 0) : null,
  };
}

/** The type in words, as a message would name it: `string or null`, `list of Price`, `decimal(10,2)`. */
export function nameOf(schema: AvroSchema): string {
  if (schema.kind === 'array') return `list of ${nameOf(schema.items)}`;
  if (schema.kind === 'map') return `map of ${nameOf(schema.values)}`;
  if (schema.kind === 'union') return schema.branches.map(nameOf).toReversed().join(' or ');
  if (schema.kind === 'primitive')
    return schema.logical ? `${schema.name} (${logicalName(schema.logical)})` : schema.name;
  if (schema.kind === 'fixed') return `${lastName(schema.name)} of ${schema.sizeBytes} bytes`;
  return lastName(schema.name);
}

export function logicalName({ name, precision, scale }: AvroLogical): string {
  return name === 'decimal' ? `decimal(${precision ?? '?'},${scale ?? 0})` : name;
}

/** Without its namespace. */
export function lastName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

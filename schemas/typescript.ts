/** TypeScript types from Avro contracts: one interface per record, doc comments kept. */

type Schema = string | Schema[] | { [member: string]: unknown };

interface Field {
  name: string;
  type: Schema;
  doc?: string;
}

const primitives: Record<string, string> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  string: 'string',
  bytes: 'Buffer',
};

/** The text of types.ts. A record that several contracts share must have the same shape in each. */
export function typescriptOf(files: { topic: string; text: string }[]): string {
  const records = new Map<string, string>();
  for (const { topic, text } of files) collect(JSON.parse(text) as Schema, records, topic);
  return (
    '// Made from schemas/*.avsc by `npm run generate`. Do not edit.\n' +
    "import type { Buffer } from 'node:buffer';\n\n" +
    [...records.values()].join('\n')
  );
}

function collect(schema: Schema, records: Map<string, string>, topic: string): void {
  if (typeof schema === 'string') return;
  if (Array.isArray(schema)) {
    for (const branch of schema) collect(branch, records, topic);
    return;
  }
  if (schema.type === 'array') collect(schema.items as Schema, records, topic);
  else if (schema.type === 'map') collect(schema.values as Schema, records, topic);
  else if (schema.type === 'record') {
    const name = schema.name as string;
    const fields = schema.fields as Field[];
    const text = interfaceText(name, schema.doc as string | undefined, fields);
    const known = records.get(name);
    if (known !== undefined && known !== text)
      throw new Error(`${topic}: record ${name} has another shape in another contract`);
    records.set(name, text);
    for (const field of fields) collect(field.type, records, topic);
  }
}

function interfaceText(name: string, doc: string | undefined, fields: Field[]): string {
  const members = fields.map(
    (field) => `${comment(field.doc, '  ')}  ${field.name}: ${typeOf(field.type)};\n`,
  );
  return `${comment(doc, '')}export interface ${name} {\n${members.join('')}}\n`;
}

function typeOf(schema: Schema): string {
  if (typeof schema === 'string') return primitives[schema] ?? schema;
  if (Array.isArray(schema)) return schema.map(typeOf).toReversed().join(' | ');
  if (schema.type === 'array') return `${parenthesised(typeOf(schema.items as Schema))}[]`;
  if (schema.type === 'map') return `Record<string, ${typeOf(schema.values as Schema)}>`;
  if (schema.type === 'record') return schema.name as string;
  return typeOf(schema.type as Schema);
}

function parenthesised(type: string): string {
  return type.includes(' ') ? `(${type})` : type;
}

function comment(doc: string | undefined, indent: string): string {
  return doc ? `${indent}/** ${doc} */\n` : '';
}

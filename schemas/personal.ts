/** Personal data in values: which fields it is in is marked in the contracts, `"personal": true` beside the field. */
import type { AvroSchema } from './avro.ts';

/** What stands in the place of a personal field. */
export const hidden = '[hidden]';

/** Dotted names of the marked fields, those of lists and maps under the name of the list: `lines.name`. */
export function personalFields(schema: AvroSchema, path = ''): string[] {
  if (schema.kind === 'array') return personalFields(schema.items, path);
  if (schema.kind === 'map') return personalFields(schema.values, path);
  if (schema.kind === 'union') return schema.branches.flatMap((branch) => personalFields(branch, path));
  if (schema.kind !== 'record') return [];
  return schema.fields.flatMap((field) => {
    const name = path === '' ? field.name : `${path}.${field.name}`;
    return field.personal ? [name] : personalFields(field.type, name);
  });
}

/** The value with `hidden` for what is marked, where there is anything. The value itself is left as it is. */
export function masked(value: unknown, schema: AvroSchema): unknown {
  if (value === null || value === undefined) return value;
  if (schema.kind === 'array') return (value as unknown[]).map((item) => masked(item, schema.items));
  if (schema.kind === 'map')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(item, schema.values)]));
  // Unions are of null and one other type: none could be widened later.
  if (schema.kind === 'union')
    return schema.branches.reduce<unknown>((masking, branch) => masked(masking, branch), value);
  if (schema.kind !== 'record') return value;
  const record = value as Record<string, unknown>;
  return Object.fromEntries(
    schema.fields.map(({ name, personal, type }) => [
      name,
      personal && record[name] !== null ? hidden : masked(record[name], type),
    ]),
  );
}

/** What zod found, in words that say what to write instead. No value is shown: it may be a secret. */
import { z } from 'zod';
import { configSchema } from './schema.ts';
import type { Problem } from './secrets.ts';
import { suggestionFor } from './suggest.ts';

/** Of an issue that carries its input (`reportInput`). */
export function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: path === '' ? key : `${path}.${key}`,
      message: unknownKey(key, knownKeysAt(issue.path)),
    }));
  return [{ path, message: messageOf(issue) }];
}

const kinds: Record<string, string> = {
  array: 'must be a list',
  boolean: 'must be true or false',
  int: 'must be a whole number',
  number: 'must be a number',
  object: 'must be a map',
  record: 'must be a map',
  string: 'must be text',
};

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.input === undefined || issue.input === null) return 'is required';
  if (issue.code === 'invalid_type') return kinds[issue.expected] ?? issue.message;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  if (issue.code === 'too_small' && issue.origin === 'number')
    return `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
  if (issue.code === 'too_big' && issue.origin === 'number') return `must be at most ${issue.maximum}`;
  return issue.message;
}

export function unknownKey(key: string, known: string[]): string {
  const suggestion = suggestionFor(key, known);
  return `is not known${suggestion ? `; did you mean ${suggestion}?` : `; known here: ${known.join(', ')}`}`;
}

/** Names that may stand at a path of the configuration; empty where any name may. */
function knownKeysAt(path: PropertyKey[]): string[] {
  let schema: unknown = configSchema;
  for (const step of path) schema = childOf(unwrapped(schema), step);
  const object = unwrapped(schema);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

function childOf(schema: unknown, step: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return (schema.shape as Record<PropertyKey, unknown>)[step];
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  return undefined;
}

function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
    return unwrapped(schema.unwrap());
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  // What has names is a map, whatever else it may be.
  if (schema instanceof z.ZodUnion)
    return schema.options.map(unwrapped).find((one) => one instanceof z.ZodObject);
  return schema;
}

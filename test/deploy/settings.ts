/** The settings that the configuration's schema knows, as paths, and which of them may be left out. */
import { z } from 'zod';

export interface Setting {
  /** `kafka.registry.url`; `*` stands for a name or number of the user's own. */
  path: string[];
  mayBeLeftOut: boolean;
}

export function settingsOf(schema: unknown, path: string[] = []): Setting[] {
  const { inner, mayBeLeftOut } = unwrapped(schema);
  const own = path.length === 0 ? [] : [{ path, mayBeLeftOut }];
  if (inner instanceof z.ZodObject)
    return [
      ...own,
      ...Object.entries(inner.shape as Record<string, unknown>).flatMap(([name, child]) =>
        settingsOf(child, [...path, name]),
      ),
    ];
  if (inner instanceof z.ZodRecord) return [...own, ...settingsOf(inner.valueType, [...path, '*']).slice(1)];
  if (inner instanceof z.ZodArray) return [...own, ...settingsOf(inner.element, [...path, '*']).slice(1)];
  if (inner instanceof z.ZodUnion)
    return [...own, ...inner.options.flatMap((option) => settingsOf(option, path).slice(1))];
  return own;
}

/** The tree without what may be left out. */
export function required(tree: unknown, schema: unknown): unknown {
  const { inner } = unwrapped(schema);
  if (tree === null || typeof tree !== 'object') return tree;
  if (inner instanceof z.ZodObject)
    return Object.fromEntries(
      Object.entries(tree)
        .map(([name, value]) => [name, value, (inner.shape as Record<string, unknown>)[name]] as const)
        .filter(([, , child]) => !unwrapped(child).mayBeLeftOut)
        .map(([name, value, child]) => [name, required(value, child)]),
    );
  if (inner instanceof z.ZodRecord)
    return Object.fromEntries(
      Object.entries(tree).map(([name, value]) => [name, required(value, inner.valueType)]),
    );
  if (inner instanceof z.ZodArray && Array.isArray(tree))
    return tree.map((value) => required(value, inner.element));
  return tree;
}

function unwrapped(schema: unknown): { inner: unknown; mayBeLeftOut: boolean } {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
    return { inner: unwrapped(schema.unwrap()).inner, mayBeLeftOut: true };
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  return { inner: schema, mayBeLeftOut: false };
}

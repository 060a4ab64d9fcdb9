/** The order that `cartage marker-order` sends down the line of a staging shop, and what it runs in the ERP on the way. */
import { z } from 'zod';
import { milliseconds, text } from '../fields.ts';
import { writeAddress } from './erp.ts';
import { expressionProblems, wrongCall } from './recipe-problems.ts';
import { frameScope, treeOf } from './recipe-scopes.ts';
import { callFields } from './recipe.ts';

/** What every statement and call is told: `$key`, `$id` and `$reference` are of the order, and null before there is one. */
export const markerNames = ['sku', 'key', 'id', 'reference'] as const;

const step = z
  .strictObject({
    /** Its first row, or what is taken from its answer, is known to those after it under this name. */
    name: text.regex(/^[a-z][a-z0-9_]*$/, 'must be lower case letters, digits and underscores').optional(),
    sql: text.optional(),
    ...callFields,
  })
  .refine(
    ({ sql, send, call }) => (sql === undefined) !== (send === undefined && call === undefined),
    'needs either sql, or send or call as the recipe has them',
  );

const steps = z
  .array(step)
  .default([])
  .refine(
    (list) => new Set(list.map(({ sql }) => sql === undefined)).size < 2,
    'takes statements or calls, not both',
  )
  .superRefine((list, context) => {
    for (const { path, message } of callProblems(list)) context.addIssue({ code: 'custom', path, message });
  });

function callProblems(list: readonly unknown[]) {
  const named = list.map((one) => String(treeOf(one).name));
  return list.flatMap((one, index) => {
    const given = treeOf(one);
    if (given.sql !== undefined) return [];
    const scope = (path: readonly string[]) =>
      new Set([...frameScope(path), ...markerNames, ...named.slice(0, index)]);
    const wrong = given.call === undefined ? wrongCall(given, {}) : null;
    return [
      ...expressionProblems(given, [], scope),
      ...(wrong === null ? [] : [{ path: [], message: wrong }]),
    ].map(({ path, message }) => ({ path: [String(index), ...path], message }));
  });
}

const part = z.strictObject({ make: steps, remove: steps }).prefault({});

export const markerSection = z
  .strictObject({
    sku: text.default('CARTAGE-MARKER'),
    /** Store view in which it is ordered, by its code. */
    store: text.default('default'),
    email: z.email().default('marker@example.com'),
    /** As Magento takes it. */
    address: z.record(text, z.unknown()).default({
      firstname: 'Marker',
      lastname: 'Order',
      street: ['1 Test Street'],
      city: 'Berlin',
      postcode: '10115',
      country_id: 'DE',
      telephone: '0',
    }),
    carrierCode: text.default('flatrate'),
    methodCode: text.default('flatrate'),
    paymentMethod: text.default('checkmo'),
    /** How long each step may take. */
    withinMs: milliseconds(300_000),
    /** Of the ERP's database, with a role that may run the statements. Left out or empty: that of the order export. */
    databaseUrl: z.union([writeAddress, z.literal('').transform(() => undefined)]).optional(),
    product: part,
    parcel: part,
  })
  .prefault({});

export type MarkerConfig = z.output<typeof markerSection>;
export type MarkerStep = z.output<typeof step>;

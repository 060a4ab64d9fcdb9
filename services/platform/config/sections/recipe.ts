/**
 * An ERP that is spoken to over HTTP: what differs from ERP to ERP is this, the engine in services/erp/recipe is one
 * for all. deploy/RECIPES.md explains each field. Any text that begins with `=` is an expression.
 */
import { z } from 'zod';
import { isExpression } from '../../expressions/expression.ts';
import { httpsProblem } from '../../http/https.ts';
import { count, milliseconds, text, url, yesOrNo } from '../fields.ts';
import { recipeProblems } from './recipe-problems.ts';

export const expression = text.startsWith('=', 'must be an expression, which begins with "="');
const name = text.regex(/^[a-z]\w*$/i, 'must be letters, digits and underscores');
/** Any tree, with expressions in it. */
const template = z.unknown();

const kinds = ['ok', 'empty', 'exists', 'session', 'again', 'wait', 'confirm', 'rejected'] as const;

/** What is asked: a request of its own (`send`), or `call` for the frame that all requests share. */
const asked = {
  send: z
    .string()
    .regex(/^(GET|HEAD|POST|PUT|PATCH|DELETE) \//, 'must be a method and a path, such as GET /orders')
    .optional(),
  query: z.record(text, template).default({}),
  headers: z.record(text, text).default({}),
  body: template.optional(),
  form: z.record(text, template).optional(),
  call: template.optional(),
};

const answer = z.strictObject({
  when: expression,
  is: z.enum(kinds),
  /** Of `rejected`. A literal is the recipe's own, an expression quotes the ERP. */
  text: text.optional(),
  /** Of `confirm`: the name of the warning, which of them may be confirmed, and by what. */
  warning: expression.optional(),
  allowed: z.array(text).default([]),
  by: z.strictObject(asked).optional(),
});

export const callFields = {
  ...asked,
  deadlineMs: z.coerce.number().int().positive().optional(),
  /** Go before those that hold for all calls. */
  answers: z.array(answer).default([]),
  /** What is taken from the answer. */
  take: expression.optional(),
};
export const call = z.strictObject(callFields);

export const listing = z.strictObject({ ...callFields, next: expression.optional() });
const lookup = listing.extend({ when: expression.optional() });

/** Something that an order refers to, or a part of its document: found, else made, else rejected. */
const need = z.strictObject({
  name,
  when: expression.optional(),
  each: expression.optional(),
  serial: expression.optional(),
  find: lookup.optional(),
  /** Where it is looked for when that gives nothing. */
  orFind: z.array(lookup).default([]),
  make: call.optional(),
  /** What is found is written by it, every time. */
  write: call.optional(),
  value: expression.optional(),
  missing: text.optional(),
  cacheMs: z.coerce.number().int().min(0).default(0),
});

const isState = (one: unknown) => ['string', 'number', 'boolean'].includes(typeof one);
const states = z.custom<readonly (string | number | boolean)[] | string>(
  (given) => (Array.isArray(given) ? given.every(isState) : isExpression(given)),
  { error: 'must be a list of states, or an expression that is true in them', abort: false },
);

/** A way from state to state. */
const way = {
  done: states,
  steps: z.array(z.strictObject({ ...callFields, from: states })).default([]),
  else: text.optional(),
};

const orders = z.strictObject({
  lookup: z.array(lookup).min(1),
  carries: expression,
  document: z.record(name, expression),
  canceled: states.default([]),
  ifCanceled: z.enum(['reject', 'create']).default('reject'),
  read: call.optional(),
  /** How long the look-up may still show what was before a write: the ERP works through a queue, or searches an index. */
  visibleWithinMs: z.coerce.number().int().min(0).default(0),
  needs: z.array(need).default([]),
  create: call,
  parts: z.array(need).default([]),
  verify: z.array(z.strictObject({ name: text, ours: expression, theirs: expression })).default([]),
  advance: z.strictObject(way).optional(),
  change: z.array(z.strictObject({ when: expression, parts: z.array(need).default([]), ...way })).default([]),
});

const customers = z.strictObject({
  lookup: z.array(lookup).min(1),
  partner: z.record(name, expression),
  read: call.optional(),
  visibleWithinMs: z.coerce.number().int().min(0).default(0),
  needs: z.array(need).default([]),
  create: call,
  update: call,
  parts: z.array(need).default([]),
  erase: z.strictObject({ parts: z.array(need).default([]), ...way }),
});

/** How an API is spoken to, whatever is asked of it. */
export const frameFields = {
  url,
  allowHttp: yesOrNo.default(false),
  connections: count(4),
  deadlineMs: milliseconds(10_000),
  settings: z.record(name, z.unknown()).default({}),
  secrets: z.record(name, text).default({}),
  session: z
    .strictObject({
      headers: z.record(text, text).default({}),
      open: z.strictObject({ ...callFields, url: url.optional() }).optional(),
      expiresInS: z.union([z.number().positive(), expression]).optional(),
    })
    .prefault({}),
  request: z
    .strictObject({
      send: asked.send,
      query: asked.query,
      headers: asked.headers,
      body: template.optional(),
      result: expression.default('=body'),
    })
    .prefault({}),
  answers: z.array(answer).default([]),
};

/** Of a section with these fields. */
export function refuseHttp(
  { url: address, allowHttp, session }: Pick<Frame, 'url' | 'allowHttp' | 'session'>,
  context: z.RefinementCtx,
): void {
  const check = (path: string[], given: string | undefined) => {
    const problem = given === undefined ? null : httpsProblem(given, { allowHttp });
    if (problem !== null) context.addIssue({ code: 'custom', path, message: problem });
  };
  check(['url'], address);
  check(['session', 'open', 'url'], session.open?.url);
}

const frame = z.strictObject(frameFields);
export type Frame = z.output<typeof frame>;

export const recipeSection = z
  .strictObject({
    ...frameFields,
    settleMs: milliseconds(65_000),
    checks: z.array(z.strictObject({ ...callFields, name: text, holds: expression, fix: text })).default([]),
    orders,
    customers: customers.optional(),
  })
  .superRefine(
    (recipe: unknown, context) => {
      for (const { path, message } of recipeProblems(recipe))
        context.addIssue({ code: 'custom', path, message });
    },
    // Also where a field is of the wrong kind: all problems are told at once.
    { when: () => true },
  )
  .superRefine(({ settleMs, orders, customers }, context) => {
    const message = 'must be shorter than settleMs: a successor would look too early, and make another one';
    for (const [section, part] of Object.entries({ orders, customers }))
      if (part !== undefined && part.visibleWithinMs >= settleMs)
        context.addIssue({ code: 'custom', path: [section, 'visibleWithinMs'], message });
  })
  .superRefine(refuseHttp);

export type Recipe = z.output<typeof recipeSection>;
export type RecipeCustomers = z.output<typeof customers>;
export type RecipeCall = z.output<typeof call>;
export type RecipeListing = z.output<typeof lookup>;
export type RecipeAnswer = z.output<typeof answer>;
export type RecipeNeed = z.output<typeof need>;
export type RecipeStates = z.output<typeof states>;
export type RecipeWay = Omit<z.output<typeof orders>['change'][number], 'when' | 'parts'>;

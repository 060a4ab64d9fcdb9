import { Cron } from 'croner';
import { z } from 'zod';
import { count, milliseconds, text, yesOrNo } from '../fields.ts';
import { httpQuestions, sourceSection } from './erp-source.ts';
import { recipeSection } from './recipe.ts';

/** One table watched by a stream: its rows name the dirty keys by a column, or through a query. */
const watched = z
  .strictObject({
    table: text.describe('name or schema.name'),
    /** Column whose value is the key of the stream; where that has several, each of them by its column of the table. */
    key: z.union([text, z.record(text, text)]).optional(),
    /** Query from `$rows` (JSON array of the changed rows) to keys of the stream. */
    via: text.optional(),
  })
  .refine((table) => (table.key === undefined) !== (table.via === undefined), 'needs either key or via');

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function isCron(pattern: string): boolean {
  try {
    return new Cron(pattern).nextRun() !== null;
  } catch {
    return false;
  }
}

const stream = z
  .strictObject({
    topic: z.enum(['erp.stock', 'erp.products', 'erp.prices', 'erp.fulfilments']),
    /** Columns of the stream's key and their types in the database. */
    key: z
      .record(text, text)
      .refine((key) => Object.keys(key).length > 0, 'must name a column and its type, or several'),
    watch: z.array(watched).min(1),
    /** What is true now: one row per record. `$keys` is an array of keys, or null for all; `$since` is fulfilments.since. */
    query: text.optional(),
    /** In its place, where the ERP is asked over HTTP. */
    http: httpQuestions.optional(),
    /** From `$records` (JSON array of the parts of record keys) to keys of the stream: how a refresh finds its rows. Over HTTP an expression. */
    find: text,
    /** Cron expression, in the connection's time zone, else UTC: when all keys are asked again, because truth may change by the calendar alone. */
    again: text.refine(isCron, 'must be a cron expression, such as 5 0 * * *').optional(),
  })
  .superRefine(({ key, watch }, context) => {
    const columns = Object.keys(key).toSorted().join();
    for (const [index, { key: given }] of watch.entries()) {
      const named = typeof given === 'string' ? Object.keys(key).slice(0, 1) : Object.keys(given ?? key);
      if (named.toSorted().join() !== columns)
        context.addIssue({
          code: 'custom',
          path: ['watch', index, 'key'],
          message: `must name each column of the key: ${Object.keys(key).join(', ')}`,
        });
    }
  });

const statement = z.strictObject({ name: text.optional(), sql: text });

const addressOf = (schemes: RegExp, kind: string) =>
  text
    .regex(schemes, `must be a ${kind} address`)
    .refine(
      (given) => URL.canParse(given),
      'is no address: percent-encode what is special in user and password, such as %23 for # and %2F for /',
    );
const readAddress = addressOf(/^(postgres(ql)?|mysql|mariadb):\/\//, 'postgres:// or mysql://');
export const writeAddress = addressOf(/^postgres(ql)?:\/\//, 'postgres://');

export const erpSection = z.strictObject({
  /** May be left out where nothing is asked of a database. */
  connection: z
    .strictObject({
      url: readAddress.default(''),
      /** With a role that writes orders and reads no log. Left out or empty: `url`. */
      writerUrl: z.union([writeAddress, z.literal('').transform(() => undefined)]).optional(),
      /** A standby of the same database, asked in its place where it shows as much. Left out or empty: there is none. */
      replicaUrl: z.union([writeAddress, z.literal('').transform(() => undefined)]).optional(),
      /** An encrypted connection to a checked certificate is required unless the host is this machine or this says so. */
      allowPlain: yesOrNo.default(false),
      maxConnections: count(8),
      statementTimeoutMs: milliseconds(8_000),
      /** The same where all keys are asked: the database sorts them before the first one comes. */
      loadTimeoutMs: milliseconds(3_600_000),
      /** Whether streams are asked though a policy (row-level security of PostgreSQL) may hide rows from the role. */
      rowSecurity: z.enum(['refuse', 'accept']).default('refuse'),
      /** In which the day of the streams' queries and of their calendar turns; default: the database's, and UTC. */
      timezone: text.refine(isTimezone, 'must be a time zone, such as Europe/Vienna').optional(),
    })
    .prefault({}),
  /** Where changes are learnt from. */
  source: sourceSection,
  slot: text.regex(/^[a-z0-9_]+$/, 'must be lower case letters, digits and underscores').default('cartage'),
  /** Whether standbys of the database may keep a copy of the slot, to go on from when one of them takes over (PostgreSQL 17). */
  failover: yesOrNo.default(true),
  publication: text
    .regex(/^[a-z0-9_]+$/, 'must be lower case letters, digits and underscores')
    .default('cartage'),
  streams: z.record(text, stream).default({}),
  /** Keys asked for in one query; up to four times as many while many wait. */
  keysPerQuery: count(500),
  /** Rows fetched at a time when all keys are asked. */
  rowsPerFetch: count(2_000),
  orders: z
    .strictObject({
      /** `$key` to one row with `id` and `reference`, or none. */
      lookup: text,
      /** Run in one transaction; see deploy/config for the parameters. */
      create: z.array(statement).min(1),
      /** Run when the order is there already and has changed; must have no effect the second time. */
      change: z.array(statement).default([]),
      /** What is compared of orders that the ERP has, see deploy/config; without it only whether it has them. */
      compare: text.optional(),
      /** How long the database may go on after we gave up. */
      settleMs: milliseconds(10_000),
    })
    .optional(),
  customers: z
    .strictObject({
      /** `$key`, `$website`, `$email` to one row with `id`, `reference` and `key`, or none. */
      lookup: text,
      /** Each list is run in one transaction; see deploy/config for the parameters. */
      upsert: z.array(statement).min(1),
      erase: z.array(statement).min(1),
      /** How long the database may go on after we gave up. */
      settleMs: milliseconds(10_000),
    })
    .optional(),
  /** How an order is brought into an ERP that is spoken to over HTTP; in the file the name of its own file will do. */
  recipe: recipeSection.optional(),
});

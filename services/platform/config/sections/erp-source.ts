/** Where the ingester learns what has changed in the ERP, and how it asks over HTTP. deploy/SOURCES.md explains each. */
import { z } from 'zod';
import { count, milliseconds, text } from '../fields.ts';
import { apiProblems, listProblems, questionProblems } from './erp-source-problems.ts';
import { expression, frameFields, listing, refuseHttp } from './recipe.ts';

/** Of what is asked again and again. */
const polling = {
  intervalMs: milliseconds(5_000),
  /** How far each poll looks back: the longest transaction of the ERP. Of versions that are numbers, so many of them. */
  overlapMs: milliseconds(600_000),
  overlapCount: count(10_000),
  /** How often all is compared: rows that are deleted have no version. */
  compareEveryMs: milliseconds(21_600_000),
};

/** How its rows are told apart and known to be new; `compared` where nothing shows it. */
const columns = z.union([text.transform((name) => [name]), z.array(text).min(1)]);
const table = z.union([z.strictObject({ id: columns, version: text }), z.literal('compared')]);

const told = (problems: (given: unknown) => { path: string[]; message: string }[]) =>
  [
    (given: unknown, context: z.RefinementCtx) => {
      for (const { path, message } of problems(given)) context.addIssue({ code: 'custom', path, message });
    },
    // Also where a field is of the wrong kind: all problems are told at once.
    { when: () => true },
  ] as const;

const list = listing.extend({
  /** Over one item of it: what names it, and what changes whenever it does. */
  id: expression,
  version: expression,
  /** Kind of the version: a time, or a number that rises. */
  versions: z.enum(['times', 'numbers']).default('times'),
});

export const sourceSection = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('postgres-log') }),
    z.strictObject({ kind: z.literal('polling'), ...polling, tables: z.record(text, table).default({}) }),
    z.strictObject({
      kind: z.literal('debezium'),
      /** By the watched table. */
      topics: z.record(text, text).default({}),
      /** MySQL and MariaDB show a change some time after it is in their log: it is told again after so long. */
      againAfterMs: milliseconds(2_000),
      /** Of MariaDB, in its place: what shows that an answer contains a change. */
      proof: z.enum(['none', 'position', 'gtid']).default('none'),
    }),
    z.strictObject({
      kind: z.literal('http'),
      ...polling,
      api: z
        .strictObject(frameFields)
        .superRefine(...told(apiProblems))
        .superRefine(refuseHttp),
      lists: z
        .record(text, list)
        .superRefine(...told(listProblems))
        .default({}),
    }),
  ])
  .prefault({ kind: 'postgres-log' });

/** What is true now, asked over HTTP. */
export const httpQuestions = z
  .strictObject({
    /** The things of `$key`; of `$keys`, where one call takes several. */
    get: listing,
    keysPerCall: count(1),
    /** All things, page by page. */
    all: listing,
    /** Of `$records`, where only the ERP knows their keys: the stream's own `find` is over its answer then. */
    find: listing.optional(),
    /** Over one thing: its row, or a list of them, each with the stream's key. */
    rows: expression,
    /** Over one thing: to be asked again while it is older than the change that was told. */
    version: expression.optional(),
  })
  .superRefine(...told(questionProblems));

export type SourceConfig = z.output<typeof sourceSection>;
export type PollingSourceConfig = Extract<SourceConfig, { kind: 'polling' }>;
export type DebeziumSourceConfig = Extract<SourceConfig, { kind: 'debezium' }>;
export type HttpSource = Extract<SourceConfig, { kind: 'http' }>;
export type HttpList = z.output<typeof list>;
export type HttpQuestionsConfig = z.output<typeof httpQuestions>;

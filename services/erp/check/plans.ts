/** What the database plans for a query: for all keys, and for one. */
import type pg from 'pg';
import { ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';

export interface Plan {
  /** In the planner's own measure: a page read in order costs 1. */
  cost: number;
  /** About so many rows. */
  rows: number;
  /** The outermost steps, as EXPLAIN calls them. */
  steps: string;
  /** What it reads, views taken apart: schema and table. */
  tables: (readonly [string, string])[];
}

interface Node {
  'Node Type': string;
  'Total Cost': number;
  'Plan Rows': number;
  'Relation Name'?: string;
  Schema?: string;
  Plans?: Node[];
}

const stepsShown = 6;

export async function planOf(client: pg.ClientBase, text: string, values: readonly unknown[]): Promise<Plan> {
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
    `explain (verbose, format json) ${text}`,
    [...values],
  );
  const plan = rows[0]!['QUERY PLAN'][0].Plan;
  return {
    cost: plan['Total Cost'],
    rows: plan['Plan Rows'],
    steps: stepsOf(plan).slice(0, stepsShown).join(' < '),
    tables: tablesOf(plan),
  };
}

const tablesOf = (node: Node): [string, string][] => [
  ...(node['Relation Name'] === undefined
    ? []
    : [[node.Schema!, node['Relation Name']] satisfies [string, string]]),
  ...(node.Plans ?? []).flatMap(tablesOf),
];

/** Tables that a plan reads and that are not among the watched ones: what changes there alone is seen by nobody. */
export async function unwatchedOf(
  client: pg.ClientBase,
  { tables }: Plan,
  watched: readonly string[],
): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct root::text as name
       from unnest($1::text[], $2::text[]) t(schema, name)
       join pg_namespace n on n.nspname = t.schema
       join pg_class c on c.relnamespace = n.oid and c.relname = t.name
      cross join lateral (select coalesce(pg_partition_root(c.oid), c.oid::regclass)) whole(root)
      where root <> all (array(select w::regclass from unnest($3::text[]) w)) and t.schema <> 'pg_catalog'
      order by 1`,
    [tables.map(([schema]) => schema), tables.map(([, name]) => name), watched],
  );
  return rows.map(({ name }) => name);
}

function stepsOf(node: Node): string[] {
  const relation = node['Relation Name'];
  return [
    relation === undefined ? node['Node Type'] : `${node['Node Type']} on ${relation}`,
    ...(node.Plans ?? []).flatMap(stepsOf),
  ];
}

/** Below this a question is cheap whatever all of them cost. */
const cheapCost = 1_000;
const shareMax = 0.2;

export function judgePlans(where: string, all: Plan, one: Plan): Finding {
  if (one.cost <= cheapCost || one.cost <= all.cost * shareMax)
    return ok(
      'erp.plan',
      `${where} costs ${Math.round(one.cost)} for one key, ${Math.round(all.cost)} for all`,
    );
  return warn(
    'erp.plan',
    `${where} costs ${Math.round(one.cost)} for one key, and ${Math.round(all.cost)} for all of them`,
    `each changed key is asked for so: ${one.steps}`,
    'Let the condition on $keys reach a column with an index, inside of what is grouped or joined',
  );
}

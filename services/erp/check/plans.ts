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
}

interface Node {
  'Node Type': string;
  'Total Cost': number;
  'Plan Rows': number;
  'Relation Name'?: string;
  Plans?: Node[];
}

const stepsShown = 6;

export async function planOf(client: pg.ClientBase, text: string, values: readonly unknown[]): Promise<Plan> {
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(`explain (format json) ${text}`, [
    ...values,
  ]);
  const plan = rows[0]!['QUERY PLAN'][0].Plan;
  return {
    cost: plan['Total Cost'],
    rows: plan['Plan Rows'],
    steps: stepsOf(plan).slice(0, stepsShown).join(' < '),
  };
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

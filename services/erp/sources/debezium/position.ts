import type { Following, TopicPlace } from '../../../platform/kafka/types.ts';
import type { Gap } from '../change-source.ts';

/** How far each topic was read, by the table that it is of. */
export type DebeziumPosition = Record<string, TopicPlace & { topic: string }>;

export function positionOf(
  topics: ReadonlyMap<string, string>,
  followings: ReadonlyMap<string, Pick<Following, 'place'>>,
): DebeziumPosition {
  const places = [...followings].map(([table, { place }]) => [
    table,
    { ...place, topic: topics.get(table)! },
  ]);
  return Object.fromEntries(places) as DebeziumPosition;
}

/** How the tables stand, as text for the cursor. */
export const writeStates = (states: ReadonlyMap<string, string>): string =>
  JSON.stringify(Object.fromEntries(states));
export const readStates = (tables: string | null): Map<string, string> =>
  new Map(Object.entries(JSON.parse(tables ?? '{}') as Record<string, string>));

/** The tables that stand otherwise than before. */
export function altered(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  return [...now.keys()].filter((table) => before.get(table) !== now.get(table));
}

export const gapOf = (tables: readonly string[], reason: string): Gap[] =>
  tables.length === 0 ? [] : [{ reason, tables }];

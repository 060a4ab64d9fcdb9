/**
 * What each process may do on the broker, and no more: one principal each, its rights made from the table of topics
 * (who writes, who reads) and the table of processes (who reads in a group). The pages made from it: principals.ts.
 */
import { contracts } from '../../schemas/topics.ts';
import { groupOf } from '../../services/platform/groups.ts';
import {
  commandLine,
  topicsReadBy,
  topicsWrittenBy,
  type ProcessRow,
} from '../../services/platform/processes.ts';

/** Read, Write and Delete let a principal also Describe, and AlterConfigs also DescribeConfigs; Create lets it do nothing else. */
export type Operation = 'Read' | 'Write' | 'Describe' | 'Delete' | 'Create' | 'AlterConfigs';

export interface Right {
  /** A topic of this name; all groups whose names begin so, which no two processes share. */
  resource: 'topic' | 'group';
  name: string;
  operations: readonly Operation[];
}

export interface Principal {
  /** User name, and of the Secret with its password. */
  name: string;
  /** Whose rights these are. */
  of: string;
  rights: Right[];
}

export const principalName = (instance: string, process: string): string => `cartage-${instance}-${process}`;
/** Of the passing groups in which a whole topic is read: joined, never committed to, deleted at the end. */
const readGroupPrefix = (instance: string, process: string): string =>
  `cartage-read-cartage/${instance}/${process}-`;

export function principals(rows: readonly ProcessRow[], instance: string): Principal[] {
  const scaled = rows.filter((row) => row.scaled);
  return [
    ...rows.map((row) => principal(instance, row.name, rightsOf(rows, row, instance))),
    principal(instance, commandLine.name, [
      ...rightsOf(rows, commandLine, instance),
      ...contracts.map(({ topic }) => topicRight(topic, ['Describe', 'Create', 'AlterConfigs'])),
    ]),
    ...(scaled.length > 0 ? [principal(instance, 'scaler', lagRights(scaled, instance))] : []),
  ];
}

function principal(instance: string, of: string, rights: Right[]): Principal {
  return { name: principalName(instance, of), of, rights: merged(rights) };
}

function rightsOf(rows: readonly ProcessRow[], row: ProcessRow, instance: string): Right[] {
  const reads = topicsReadBy(row.name);
  const handled = new Set(row.flows.map(({ topic }) => topic));
  const readsWhole = reads.some((topic) => !handled.has(topic));
  return [
    ...reads.map((topic) => topicRight(topic, ['Read'])),
    ...topicsWrittenBy(row.name).map((topic) => topicRight(topic, ['Write'])),
    ...(handled.size > 0 || row.leads ? [groupRight(groupOf(instance, row.name), ['Read'])] : []),
    ...(readsWhole ? [groupRight(readGroupPrefix(instance, row.name), ['Read', 'Delete'])] : []),
    ...(row.watchesGroups ? lagRights(rows, instance) : []),
  ];
}

/** To see how far groups are, and where their topics end. */
function lagRights(rows: readonly ProcessRow[], instance: string): Right[] {
  return rows.flatMap(({ name, flows }) =>
    flows.flatMap(({ topic }) => [
      topicRight(topic, ['Describe']),
      groupRight(groupOf(instance, name), ['Describe']),
    ]),
  );
}

const topicRight = (name: string, operations: readonly Operation[]): Right => ({
  resource: 'topic',
  name,
  operations,
});
const groupRight = (name: string, operations: readonly Operation[]): Right => ({
  resource: 'group',
  name,
  operations,
});

/** One right per resource, with all that was given to it. */
function merged(rights: readonly Right[]): Right[] {
  const byResource = Map.groupBy(rights, ({ resource, name }) => `${resource} ${name}`);
  return [...byResource.values()].map((same) => ({
    ...same[0]!,
    operations: [...new Set(same.flatMap(({ operations }) => operations))],
  }));
}

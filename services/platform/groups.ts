/**
 * Names of consumer groups: `cartage.<instance>.<process>`, `.<part>` behind it for a part of a process that has a mode
 * and a circuit breaker of its own, and `.dry` behind all for what a dry flow reads in.
 */

export type Mode = 'dry' | 'on';

const drySuffix = '.dry';

export function groupOf(instance: string, process: string): string {
  return `cartage.${instance}.${process}`;
}

/** The group of a part of the process that reads in `group`. */
export function groupOfPart(group: string, part: string): string {
  return `${group}.${part}`;
}

/** The consumer group in which a flow reads in this mode. */
export function groupIn(mode: Mode | 'off' | null, group: string): string {
  return mode === 'dry' ? group + drySuffix : group;
}

/** The group without its mode, and whether that was dry. */
export function modeOf(group: string): { group: string; dry: boolean } {
  const dry = group.endsWith(drySuffix);
  return { group: dry ? group.slice(0, -drySuffix.length) : group, dry };
}

/** The process, or `process.part`, that reads in a group, in whatever mode; null where the group is not of this instance. */
export function processIn(instance: string, group: string): string | null {
  const prefix = groupOf(instance, '');
  return group.startsWith(prefix) ? modeOf(group).group.slice(prefix.length) : null;
}

/** The same of a group of whatever instance: no name has a dot in it. */
export function readerIn(group: string): string {
  return modeOf(group).group.split('.').slice(2).join('.');
}

import type { Config } from '../platform/config/schema.ts';
import { Rejected } from '../platform/errors.ts';
import { processes, readerOf } from '../platform/processes.ts';

/** Whether nobody handles the records of a topic, because the configuration says so. */
export function isOff(topic: string, flows: Config['flows']): boolean {
  const readers = processes.flatMap(({ flows: rows }) => rows.filter((row) => row.topic === topic));
  return readers.length > 0 && readers.every(({ switch: name }) => name !== null && flows[name] === 'off');
}

/**
 * Who reads a flow, as the names of consumer groups say it: of a member of `flows` in the configuration, a process, or a
 * part of one. @throws Rejected for a flow that there is none
 */
export function readersOf(flow: string): string[] {
  const all = processes.flatMap(({ name, flows }) =>
    flows.map((row) => ({ flag: row.switch, process: name, reader: readerOf(name, row) })),
  );
  const found = all.filter((one) => [one.flag, one.process, one.reader].includes(flow));
  if (found.length > 0) return [...new Set(found.map(({ reader }) => reader))];
  const flags = all.flatMap(({ flag }) => flag ?? []);
  const names = new Set([...flags, ...all.flatMap(({ process, reader }) => [process, reader])]);
  throw new Rejected({
    code: 'flow.unknown',
    what: `There is no flow ${flow}`,
    fix: `Use one of ${[...names].join(', ')}`,
  });
}

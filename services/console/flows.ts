import { processes, readerOf } from '../platform/processes.ts';
import type { FlowRow, ProcessRow } from '../platform/processes.ts';

export interface FlowDescription extends FlowRow {
  /** Process, or `process.part`, that handles the records; its consumer group is `cartage.<instance>.<process>`. */
  process: string;
}

/** Every pair of group and topic, in the order in which the page shows them. */
export function flowsOf(rows: readonly ProcessRow[]): FlowDescription[] {
  return rows.flatMap(({ name, flows: own }) =>
    own.map((flow) => ({ process: readerOf(name, flow), ...flow })),
  );
}

export const flows: readonly FlowDescription[] = flowsOf(processes);

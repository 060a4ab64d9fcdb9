/** What the table of processes (processes.ts) says of each. */
import type { Config } from './config/schema.ts';

/** The other side that a process talks to, and the secrets that it is given for it. */
export type Need = 'shop' | 'erp-reader' | 'erp-writer' | 'webhook-secret' | 'console-password';

/** One way a record goes, with the service level it is promised. */
export interface FlowRow {
  /** What people call it. */
  name: string;
  direction: string;
  /** Read in the process's consumer group; whatever else a process reads, it reads whole and without a group. */
  topic: string;
  /** Where it runs beside others: reads in a group of its own, named after this, in a mode of its own. */
  part?: string;
  /** Member of `flows` in the configuration that switches it; null: it is always on. */
  switch: keyof Config['flows'] | null;
  /** Promised P95 from the change at its source to its effect; null where the promise is a schedule. */
  targetP95Ms: number | null;
  /** When it runs, in words. */
  schedule: string;
}

export interface ProcessRow {
  /** Its folder under services/. */
  name: string;
  summary: string;
  needs: readonly Need[];
  flows: readonly FlowRow[];
  /** Besides the operator's port `http`. */
  listens: readonly { name: string; port: number }[];
  /** The port that others call, by whom, and where it is found on a machine that runs everything. */
  called?: { port: string; by: string; onHost: number };
  replicas: number;
  /** A second one would only wait for the first: one goes before the next comes. */
  single?: true;
  /** Where more help: replicas at most, and the records that wait for one of them. */
  scaled?: { replicasMax: number; lagRecords: number };
  /** It looks how far the consumer groups of the others are. */
  watchesGroups?: true;
  /** Of its replicas one works: whoever is given partition 0 in a group of theirs. The others wait for it. */
  leads?: true;
  memoryMiB: { request: number; limit: number };
}

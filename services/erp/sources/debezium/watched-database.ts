import type { Fault } from '../../../platform/errors.ts';

/** How the watched tables stand in the database that Debezium reads. */
export interface TablesNow {
  /** By table, as digests. */
  states: ReadonlyMap<string, string>;
  /** Tables of which records of Debezium cannot tell all changes, and why. */
  deaf: ReadonlyMap<string, Fault>;
}

export interface WatchedDatabase {
  /** Another one after a restore or a fail-over: it may lack what was read. */
  identify(): Promise<string>;
  /** @throws Unavailable */
  look(): Promise<TablesNow>;
}

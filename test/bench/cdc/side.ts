import type { KafkaPlace } from '../own-process.ts';

/** One of those that bring the changes of the ERP's database to a topic, as a process of its own. */
export interface CdcSide {
  name: string;
  topic: string;
  /** Topic of what is found by a way round; null where there is no such thing. */
  aroundTopic: string | null;
  /** Whether it keeps what it has published of each key. */
  readonly knowsKeys: boolean;
  /** Of the process that runs now. */
  readonly pid: number;
  /** Begins to load what it has never loaded, or goes on where it was; resolves as soon as it runs. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Commit time at the database of the change that a record tells, milliseconds; null: it tells none. */
  committedAt(value: Buffer): number | null;
}

/** What both get. */
export interface CdcWorld extends KafkaPlace {
  /** A database of its own, with the table `item` in it. */
  databaseUrl: string;
}

import type { Configuration } from '../../platform/config/read.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import type { Log } from '../../platform/telemetry/log.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { ChangeSource } from './change-source.ts';
import type { WatchedDatabase } from './debezium/watched-database.ts';
import type { PollReader } from './polling/poll-reader.ts';
import type { SourceLease } from './source-lease.ts';
import type { SourceStream } from './stream.ts';

export interface ReadErp {
  source: ChangeSource;
  streams: SourceStream[];
  /** Where the source is polled: who, and what of it. */
  polls?: { reader: PollReader; tables: readonly string[] };
  /** Where others tell its changes: how its tables stand. */
  watched?: WatchedDatabase;
}

export type ErpConfiguration = Pick<Configuration<'erp' | 'fulfilments'>, 'config' | 'current'>;

/** What sources stand on. */
export interface SourceTools {
  log: Log;
  metrics: Metrics;
  clock: Clock;
  /** For sources that cannot keep others out by themselves. */
  lease: SourceLease;
  /** For topics that others fill. */
  bus: Pick<Bus, 'follow'>;
}

/** ISO time before which documents are of no interest. */
export const sinceOf = ({ config }: ErpConfiguration): string =>
  new Date(config.fulfilments.since).toISOString();

import type { Magento } from '../magento/magento.ts';
import type { Clock } from '../platform/clock.ts';
import type { Bus, ReadAll } from '../platform/kafka/types.ts';
import type { Log } from '../platform/telemetry/log.ts';
import type { RequestedTopic } from './requests/request-flow.ts';
import type { SweepCursors } from './sweep/cursor.ts';
import type { PageReader } from '../magento/page-reader.ts';
import type { Sweeping } from './sweep/sweep-schedule.ts';
import type { SweptList } from './sweep/swept.ts';

/** One topic that the relay writes. */
export interface RelayedTopic {
  /** Of the flow. */
  name: string;
  /** Reads what was published since then, and from then on what others publish. Resolves when caught up. */
  follow: (sinceMs: number) => Promise<Pick<ReadAll, 'caughtUp' | 'stop'>>;
  /** How requests for its keys are served. */
  requests: RequestedTopic;
  /** The first one is the one that `cartage_ready` shows. */
  lists: readonly SweptList[];
  /** Where the first sweep of the lists starts, UTC milliseconds. */
  since: number;
  /** What is compared with the shop once a night. */
  nightly: (tools: NightlyTools) => Sweeping;
}

export interface NightlyTools {
  cursors: SweepCursors;
  pages: (rows: number) => PageReader;
  atMs: number;
}

/** What the topics of the relay share. */
export interface RelaySource {
  bus: Bus;
  magento: Magento;
  clock: Clock;
  log: Log;
  instance: string;
  /** How far sweeps stay behind the shop's clock. */
  marginMs: number;
  /** The shop's clock minus ours. */
  skewMs: () => number;
  /** An older state of the key was published after a newer one. */
  onWentBack: (topic: string, key: string) => void;
}

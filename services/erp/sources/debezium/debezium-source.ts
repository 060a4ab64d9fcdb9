/**
 * Source of changes: topics that Debezium fills from the ERP's database, one for each watched table; the questions go to that
 * database. Of its records only the keys count, so it makes no difference that some come more than once.
 *
 * In PostgreSQL each names its transaction, and an answer must show that one. MySQL and MariaDB write a change to the log
 * before they show it. Where the configuration names no proof (`mysql/proof.ts`), every change is told a second time, when it
 * has long been shown, and only then counts as read.
 */
import type { Bus, Following } from '../../../platform/kafka/types.ts';
import type { ChangeSource, Gap, OpenSource, Place } from '../change-source.ts';
import type { SourceLease } from '../source-lease.ts';
import { HeldTopics } from './held-topics.ts';
import type { HeldTopicsOptions } from './held-topics.ts';
import { Inbox } from './inbox.ts';
import { altered, gapOf, positionOf, readStates, writeStates } from './position.ts';
import type { DebeziumPosition } from './position.ts';
import type { WatchedDatabase } from './watched-database.ts';

export interface DebeziumOptions extends Pick<HeldTopicsOptions, 'againAfterMs' | 'proof' | 'clock'> {
  lease: SourceLease;
  bus: Pick<Bus, 'follow'>;
  database: WatchedDatabase;
  /** By table. */
  topics: ReadonlyMap<string, string>;
  onClose: () => Promise<void>;
}

export class DebeziumSource implements ChangeSource {
  readonly #options: DebeziumOptions;

  constructor(options: DebeziumOptions) {
    this.#options = options;
  }

  async open(known: Place | null, onGap: (gap: Gap) => Promise<void>): Promise<OpenSource> {
    const { lease, database, topics, bus } = this.#options;
    const held = await lease.take();
    const followings = new Map<string, Following>();
    try {
      const systemId = await database.identify();
      const { states, deaf } = await database.look();
      const before = known?.systemId === systemId ? (JSON.parse(known.position) as DebeziumPosition) : null;
      const gaps = known === null ? [] : gapsOf(before, altered(readStates(known.tables), states), topics);
      for (const gap of gaps) await onGap(gap);
      const inbox = new Inbox();
      for (const [table, topic] of topics) {
        const from = before?.[table]?.topic === topic ? before[table] : null;
        followings.set(table, await bus.follow(topic, inbox.reader(table, from)));
      }
      const position = positionOf(topics, followings);
      const tables = writeStates(states);
      const place = { position: JSON.stringify(position), slot: null, systemId, tables };
      const found = { position, place, gaps, deaf };
      return new HeldTopics({ ...this.#options, ...found, lease: held, inbox, followings });
    } catch (error) {
      for (const following of followings.values()) await following.stop();
      await held.release();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#options.onClose();
  }
}

/** @param before null where it was another database. */
function gapsOf(
  before: DebeziumPosition | null,
  changed: readonly string[],
  topics: ReadonlyMap<string, string>,
): Gap[] {
  if (before === null)
    return [{ reason: 'the ERP database is another one than before, or was restored', tables: null }];
  const unread = [...topics]
    .filter(([table, topic]) => before[table]?.topic !== topic)
    .map(([table]) => table);
  const others = changed.filter((table) => !unread.includes(table));
  return [
    ...gapOf(unread, `the topic of ${unread.join(', ')} was never read`),
    ...gapOf(others, `columns of ${others.join(', ')} changed`),
  ];
}

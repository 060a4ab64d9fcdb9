import type { Clock } from '../../../platform/clock.ts';
import type { Fault } from '../../../platform/errors.ts';
import type { Following } from '../../../platform/kafka/types.ts';
import type { ChangePart, Gap, OpenSource, Place } from '../change-source.ts';
import { laterMark } from '../../mysql/proof.ts';
import type { Proof } from '../../mysql/proof.ts';
import type { Change } from '../changes.ts';
import type { HeldLease } from '../source-lease.ts';
import { noEnvelope, readEnvelope } from './envelope.ts';
import type { TableRecord } from './envelope.ts';
import type { Arrival, Inbox } from './inbox.ts';
import { OneServer, severalServers } from './one-server.ts';
import { altered, gapOf, readStates, writeStates } from './position.ts';
import type { DebeziumPosition } from './position.ts';
import type { TablesNow, WatchedDatabase } from './watched-database.ts';

export interface HeldTopicsOptions {
  lease: HeldLease;
  database: Pick<WatchedDatabase, 'look' | 'identify'>;
  inbox: Inbox;
  followings: ReadonlyMap<string, Following>;
  position: DebeziumPosition;
  place: Place;
  gaps: readonly Gap[];
  deaf: ReadonlyMap<string, Fault>;
  /** After how long each change is told a second time; null where its transaction is named. */
  againAfterMs: number | null;
  /** Of MariaDB: by what its place in the log is named. */
  proof?: Proof;
  clock: Clock;
}

/** How often it is looked how the tables stand. */
const lookEveryMs = 10_000;
const changesOfPart = 1_000;

/** A change that was told, and is told again. */
interface Told {
  parts: ChangePart[];
  dueAt: number;
  /** Everything up to here is read once it was. */
  end: string;
}

/** The topics while this process reads them. */
export class HeldTopics implements OpenSource {
  readonly gaps: readonly Gap[];
  readonly fence: HeldLease['fence'];
  readonly fenceFallsWithinMs: number;
  readonly #options: HeldTopicsOptions;
  readonly #closed = new AbortController();
  readonly #position: DebeziumPosition;
  #place: Place;
  /** As the database has it, and by records that could not be read. */
  #unheard: ReadonlyMap<string, Fault>;
  readonly #unread = new Map<string, Fault>();
  /** Tables whose rows Debezium is telling as it found them. */
  readonly #found = new Set<string>();
  readonly #told: Told[] = [];
  #onGaps: (gaps: readonly Gap[]) => void = () => undefined;

  constructor(options: HeldTopicsOptions) {
    this.#options = options;
    this.#place = options.place;
    this.#position = options.position;
    this.gaps = options.gaps;
    this.#unheard = options.deaf;
    this.fence = options.lease.fence;
    this.fenceFallsWithinMs = options.lease.fallsWithinMs;
  }

  get place(): Place {
    return this.#place;
  }

  get deaf(): ReadonlyMap<string, Fault> {
    return new Map([...this.#unread, ...this.#unheard]);
  }

  async *parts(): AsyncGenerator<ChangePart, void, void> {
    const { inbox, clock } = this.#options;
    while (!this.#closed.signal.aborted) {
      const arrivals = inbox.take();
      if (arrivals.length > 0) yield* this.#tell(arrivals);
      const due = this.#told[0];
      if (due !== undefined && due.dueAt <= clock.now()) {
        this.#told.shift();
        yield* ended(due.parts, due.end);
      } else if (arrivals.length === 0) await this.#rest(due?.dueAt);
    }
  }

  acknowledge(): void {
    // The broker keeps what was read as long as it keeps the rest.
  }

  idlePosition(): string | null {
    return null;
  }

  async watch(signal: AbortSignal, onGaps: (gaps: readonly Gap[]) => void): Promise<void> {
    this.#onGaps = onGaps;
    const over = AbortSignal.any([signal, this.#closed.signal]);
    const looking = this.#lookOn(over);
    try {
      await Promise.race([this.#options.lease.watch(signal), looking]);
    } finally {
      this.#closed.abort();
      await looking.catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.all([...this.#options.followings.values()].map((following) => following.stop()));
    await this.#options.lease.release();
  }

  *#tell(arrivals: readonly Arrival[]): Generator<ChangePart, void, void> {
    const parts = grouped(arrivals.flatMap((arrival) => this.#read(arrival) ?? []));
    const end = JSON.stringify(this.#position);
    const { againAfterMs, clock } = this.#options;
    if (againAfterMs === null) yield* ended(parts, end);
    else {
      yield* parts;
      this.#told.push({ parts, end, dueAt: clock.now() + againAfterMs });
    }
  }

  #read({ table, next, value }: Arrival): TableRecord | null {
    const { clock } = this.#options;
    if (next === null) return untold(table, clock);
    const { topicId } = this.#options.followings.get(table)!.place;
    const { offsets, topic } = this.#position[table]!;
    this.#position[table] = { topic, topicId, offsets: { ...offsets, [next.partition]: next.offset } };
    const record = value === undefined ? noEnvelope(table) : readEnvelope(table, value, this.#options.proof);
    if (record === null) return null;
    if ('code' in record) return this.#unreadable(table, record);
    if (this.#unread.delete(table)) this.#onGaps([]);
    if (!record.isFound) {
      this.#found.delete(table);
      return record;
    }
    // It began anew, and what was deleted until then nobody tells: all is asked, once.
    if (this.#found.has(table)) return null;
    this.#found.add(table);
    return untold(table, clock);
  }

  /** What it was about nobody knows: all is asked, when its like can be read again. */
  #unreadable(table: string, fault: Fault): TableRecord | null {
    if (this.#unread.has(table)) return null;
    this.#unread.set(table, fault);
    this.#onGaps([]);
    return untold(table, this.#options.clock);
  }

  async #rest(dueAt = Infinity): Promise<void> {
    const { inbox, clock } = this.#options;
    const waiting = new AbortController();
    const either = AbortSignal.any([waiting.signal, this.#closed.signal]);
    void inbox.filled.then(() => waiting.abort());
    await clock.wait(Math.min(Math.max(dueAt - clock.now(), 0), lookEveryMs), either);
  }

  async #lookOn(signal: AbortSignal): Promise<void> {
    const { clock, database, proof } = this.#options;
    // Of a place in a log alone it matters whose it is; a gtid is proved by any replica.
    const server = proof === 'position' ? new OneServer(this.#place.systemId) : null;
    for (;;) {
      await clock.wait(lookEveryMs, signal);
      if (signal.aborted) return;
      // Unanswered, it says nothing.
      const asked = Promise.all([server === null ? '' : database.identify(), database.look()]);
      const found = await asked.catch(() => null);
      if (found === null || signal.aborted) continue;
      const [systemId, now] = found;
      server?.saw(systemId);
      this.#looked(now, server?.isSeveral === true);
    }
  }

  #looked({ states, deaf }: TablesNow, isSeveral: boolean): void {
    const unheard = new Map(deaf);
    if (isSeveral)
      for (const table of states.keys()) if (!deaf.has(table)) unheard.set(table, severalServers);
    const tables = altered(readStates(this.#place.tables), states);
    // Until it was looked, answers may have been taken for what they were not.
    const proved = [...unproved(this.#unheard).symmetricDifference(unproved(unheard))];
    const isOther = String([...unheard.keys()]) !== String([...this.#unheard.keys()]);
    this.#place = { ...this.#place, tables: writeStates(states) };
    this.#unheard = unheard;
    const gaps = [
      ...gapOf(tables, `${tables.join(', ')} was altered`),
      ...gapOf(proved, `whether answers about ${proved.join(', ')} are proved has changed`),
    ];
    if (isOther || gaps.length > 0) this.#onGaps(gaps);
  }
}

const unproved = (deaf: ReadonlyMap<string, Fault>): Set<string> =>
  new Set([...deaf].filter(([, { code }]) => code === 'erp.proof').map(([table]) => table));

function untold(table: string, clock: Clock): TableRecord {
  const change: Change = { table, kind: 'untold', old: null, new: null };
  return { change, mark: 'seen', occurredAt: clock.now(), isFound: false };
}

/** Those that follow each other are one part, where one mark stands for all of them: of one transaction, or of a log. */
function grouped(records: readonly TableRecord[]): ChangePart[] {
  const parts: (ChangePart & { changes: Change[] })[] = [];
  for (const { mark, change, occurredAt } of records) {
    const last = parts.at(-1);
    const joined = last === undefined ? null : laterMark(last.mark, mark);
    if (last !== undefined && joined !== null && last.changes.length < changesOfPart) {
      last.changes.push(change);
      last.mark = joined;
    } else
      parts.push({
        mark,
        position: new Date(occurredAt).toISOString(),
        occurredAt,
        changes: [change],
        end: null,
      });
  }
  return parts;
}

function* ended(parts: readonly ChangePart[], end: string): Generator<ChangePart, void, void> {
  if (parts.length === 0) yield { mark: 'seen', position: '', occurredAt: 0, changes: [], end };
  for (const [index, part] of parts.entries()) yield index === parts.length - 1 ? { ...part, end } : part;
}

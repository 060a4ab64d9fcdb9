import { keyOfRow, keyOfSource, sourceKeyOf } from '../erp/sources/keys.ts';
import type { Answer } from '../erp/sources/questions.ts';
import { Defect } from '../platform/errors.ts';
import type { Fault } from '../platform/errors.ts';
import { Claims } from './claims.ts';
import type { Claim } from './claims.ts';
import type { Dirt } from './dirt.ts';
import { identityOf } from './published-index.ts';
import { RecordSink } from './record-sink.ts';
import type { RecordSinkOptions } from './record-sink.ts';
import type { Origin, StreamRecord } from '../erp/rows/row.ts';
import { faultOfRow } from './unmade-record.ts';

export interface RecordPublisherOptions extends RecordSinkOptions {
  epoch: number;
}

/** Of more keys in one question each goes under the span of the question: one for each costs a tenth of all the work. */
const ownTracesMax = 200;
const nobody: ReadonlySet<string> = new Set();

interface Row {
  key: string;
  row: Record<string, unknown>;
}

/** What became of the answer for some keys. */
export interface PublishedAnswer {
  count: number;
  /** Keys that are to be asked again, together with others that may have the same record: those. */
  contested: Map<string, string[]>;
}

/** Of a round over all keys, what is published of it. */
export interface PublishedRound {
  /** Records published so far. */
  count: number;
  /** Keys of which a row could make no record. */
  unreadable: ReadonlySet<string>;
  /** @param newer keys of which the topic has what is newer than the answer. */
  take(answer: Answer, newer: ReadonlySet<string>): Promise<void>;
  /** Records of the topic that no chunk held. Counted one by one. */
  unseenCount(): number;
  /** Keys that are to be asked by themselves: of the records that no chunk held, and of those that two keys may have. */
  openKeys(): Iterable<string>;
}

/** A row that can be a record. */
interface ReadRow extends Claim {
  row: Record<string, unknown>;
  value: StreamRecord;
}

/** Makes records of the rows of one stream, and publishes those that say something new (or were asked for). */
export class RecordPublisher {
  readonly #options: RecordPublisherOptions;
  readonly #claims: Claims;
  readonly #sink: RecordSink;

  constructor(options: RecordPublisherOptions) {
    this.#options = options;
    this.#claims = new Claims(options.stream, options.index, options.context.log);
    this.#sink = new RecordSink(options);
  }

  /** Publishes the answer for some keys, and what they no longer have. Resolves when the broker has all of it. */
  async publishKeys(answer: Answer, asked: Map<string, Dirt>): Promise<PublishedAnswer> {
    const rows = this.#rowsOf(answer);
    const unasked = rows.find(({ key }) => !asked.has(key));
    if (unasked)
      throw new Defect(
        `erp.streams.${this.#options.stream.name}.query returned the key ${unasked.key}, which was not in $keys`,
      );
    const { read, unreadable } = await this.#read(rows, answer, (key) => asked.get(key)!);
    const contested = new Map<string, string[]>();
    const isOfMany = asked.size > ownTracesMax;
    const published = await this.#publishClaimed(
      read,
      asked,
      unreadable,
      (key) => ({ isOfMany, ...asked.get(key)! }),
      contested,
    );
    const seen = new Map<string, Set<string>>([...asked.keys()].map((key) => [key, new Set()]));
    for (const { key, identity } of read) seen.get(key)!.add(identity);
    const settled = [...asked].filter(([key]) => !unreadable.has(key));
    const gone = settled.flatMap(([key, dirt]) =>
      this.#goneOf(key, dirt, seen.get(key)!).map((identity) => ({ key, identity })),
    );
    const others = await this.#claims.otherClaimants(gone, asked);
    const deleted = await allOf(
      gone.map(async ({ key, identity }) => {
        const other = others.get(identity);
        if (other === undefined) {
          const dirt = asked.get(key)!;
          return this.#sink.publishDeleted(identity, this.#origin(key, answer, dirt), dirt);
        }
        contested.set(key, [...(contested.get(key) ?? []), ...other]);
        return 0;
      }),
    );
    await allOf(settled.filter(([key]) => !contested.has(key)).map(([key]) => this.#sink.clearParked(key)));
    return { count: published + sum(deleted), contested };
  }

  /** Records that the key had and has no more; what was told as deleted is told again where it was asked for. */
  #goneOf(key: string, dirt: Dirt, seen: Set<string>): string[] {
    const { index, stream } = this.#options;
    if (stream.shape.deleted === null) return [];
    return index
      .allOf(this.#sourceKey(key))
      .filter((identity) => !seen.has(identity) && (index.isLive(identity) || dirt.asked.has(identity)));
  }

  /** Records that the topic has, deleted ones not counted. */
  get liveRecords(): number {
    return this.#options.index.liveRecords;
  }

  /** A round over all keys: chunks as they come, and what no chunk held. */
  beginRound(dirt: Dirt): PublishedRound {
    const { index, stream } = this.#options;
    index.beginRound();
    const unreadable = new Set<string>();
    const contested = new Map<string, string[]>();
    const ofRound = { ...dirt, isOfMany: true };
    const round: PublishedRound = {
      count: 0,
      unreadable,
      take: async (answer, newer) => {
        const rows = this.#rowsOf(answer);
        const own = rows.filter(({ key }) => !newer.has(key));
        const chunk = await this.#read(own, answer, () => dirt);
        round.count += await this.#publishClaimed(
          chunk.read,
          nobody,
          chunk.unreadable,
          () => ofRound,
          contested,
        );
        for (const { identity } of chunk.read) index.seen(identity);
        const keys = new Set(rows.map(({ key }) => key));
        for (const key of keys)
          if (newer.has(key) || chunk.unreadable.has(key))
            for (const identity of index.recordsOf(this.#sourceKey(key))) index.seen(identity);
        for (const key of chunk.unreadable) unreadable.add(key);
        const mended = [...keys].filter((key) => !unreadable.has(key) && !newer.has(key));
        await allOf(mended.map((key) => this.#sink.clearParked(key)));
      },
      unseenCount: () => (stream.shape.deleted ? index.unseenCount : 0),
      openKeys: function* () {
        for (const [key, others] of contested) yield* [key, ...others];
        if (stream.shape.deleted) for (const { sourceKey } of index.unseen()) yield keyOfSource(sourceKey);
      },
    };
    return round;
  }

  /** Makes records of the rows; of what can be none, the row is parked. */
  async #read(rows: Row[], answer: Answer, dirtOf: (key: string) => Dirt) {
    const { stream } = this.#options;
    const unreadable = new Set<string>();
    const read: ReadRow[] = [];
    for (const { key, row } of rows)
      try {
        const dirt = dirtOf(key);
        const shownFrom = dirt.shownFrom > 0 && Number.isFinite(dirt.shownFrom) ? dirt.shownFrom : null;
        const value = stream.shape.read(row, this.#origin(key, answer, dirt), shownFrom);
        read.push({ key, row, value, identity: identityOf(stream.shape, value) });
      } catch (error) {
        const fault = faultOfRow(stream, this.#sourceKey(key), error);
        if (fault === null) throw error;
        unreadable.add(key);
        await this.#sink.park(key, row, fault);
      }
    return { read, unreadable };
  }

  /** @param contested gets the keys that are to be asked again, with whom. @returns how many records were published. */
  async #publishClaimed(
    read: ReadRow[],
    asked: Pick<ReadonlySet<string>, 'has'>,
    unreadable: Set<string>,
    dirtOf: (key: string) => Dirt,
    contested: Map<string, string[]>,
  ): Promise<number> {
    const verdicts = this.#claims.judge(read, asked);
    const counts = read.map(async ({ key, identity, row, value }, index) => {
      const verdict = verdicts[index]!;
      if (typeof verdict === 'object') {
        contested.set(key, [...(contested.get(key) ?? []), verdict.contestedWith]);
        return 0;
      }
      const fault = verdict === 'twice' ? this.#claims.fault(identity, key) : null;
      const published = fault ?? (await this.#sink.publishIfNew(value, dirtOf(key)));
      if (typeof published === 'number') return published;
      unreadable.add(key);
      await this.#sink.park(key, row, published);
      return 0;
    });
    return sum(await allOf(counts));
  }

  /** A key whose question the database refuses: parked as a record of its own, the others go on. */
  parkKey(key: string, fault: Fault): Promise<void> {
    return this.#sink.park(key, null, fault);
  }

  #rowsOf(answer: Answer): Row[] {
    const { stream } = this.#options;
    return answer.rows.map((row) => {
      const key = keyOfRow(stream, row);
      if (key === null)
        throw new Defect(
          `erp.streams.${stream.name}.query must return the key (${stream.keyColumns.join(', ')}) in every row`,
        );
      return { key, row };
    });
  }

  #origin(key: string, answer: Answer, dirt: Pick<Dirt, 'occurredAt'>): Origin {
    const version = { epoch: this.#options.epoch, number: Number(answer.version) };
    return { occurredAt: dirt.occurredAt, version, sourceKey: this.#sourceKey(key) };
  }

  #sourceKey(key: string): string {
    return sourceKeyOf(this.#options.stream, key);
  }
}

/** When one fails the others are still under way: what is asked next must not overtake them. */
async function allOf<Value>(works: Iterable<Promise<Value>>): Promise<Value[]> {
  const ended = await Promise.allSettled(works);
  return ended.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

function sum(counts: number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

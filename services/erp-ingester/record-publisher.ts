import { keyOfRow, keyOfSource, sourceKeyOf } from '../erp/sources/keys.ts';
import type { Answer } from '../erp/sources/questions.ts';
import { Defect } from '../platform/errors.ts';
import type { Fault } from '../platform/errors.ts';
import { Claims } from './claims.ts';
import type { Claim } from './claims.ts';
import type { Dirt } from './dirt.ts';
import { goneOf } from './gone.ts';
import { identityOf } from './published-index.ts';
import { RecordSink } from './record-sink.ts';
import type { Published, RecordSinkOptions, Told } from './record-sink.ts';
import type { Origin } from '../erp/rows/row.ts';
import { TextTable } from './text-table.ts';
import { faultOfRow } from './unmade-record.ts';

export interface RecordPublisherOptions extends RecordSinkOptions {
  epoch: number;
}

/** Of more keys in one question all go under its span. */
const ownTracesMax = 200;
const nobody: ReadonlySet<string> = new Set();

interface Row {
  key: string;
  sourceKey: string;
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
  take(answer: Answer, newer: Pick<ReadonlySet<string>, 'has'>): Promise<void>;
  /** Records of the topic that no chunk held. Counted one by one. */
  unseenCount(): number;
  /** Keys that are to be asked by themselves: of the records that no chunk held, and of those that two keys may have. */
  openKeys(): Iterable<string>;
}

/** About the rows of one answer. */
interface Claimed {
  /** The keys that it is about. */
  asked: Pick<ReadonlySet<string>, 'has'>;
  /** Gets the keys of which something is parked. */
  unreadable: Set<string>;
  /** Gets each key that is to be asked again, and with whom. */
  contest: (key: string, other: string) => void;
  isOfMany: boolean;
}

/** A row that can be a record. */
interface ReadRow extends Claim, Told {
  row: Record<string, unknown>;
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
    const contest = (key: string, ...others: string[]) =>
      void contested.set(key, [...(contested.get(key) ?? []), ...others]);
    const isOfMany = asked.size > ownTracesMax;
    const how = { asked, unreadable, contest, isOfMany };
    const published = await this.#publishClaimed(read, how);
    const gone = goneOf(this.#options, asked, read, unreadable);
    const others = await this.#claims.otherClaimants(gone, asked);
    const deletions: Told[] = [];
    const version = this.#version(answer);
    for (const { key, sourceKey, identity } of gone) {
      const other = others.get(identity);
      const dirt = asked.get(key)!;
      const value = this.#sink.deleted(identity, { occurredAt: dirt.occurredAt, version, sourceKey });
      if (other !== undefined) contest(key, ...other);
      // What was told as deleted is told again where it was asked for: it is here for no other reason.
      else if (value !== null) deletions.push({ value, identity, dirt: { ...dirt, isAllAsked: true } });
    }
    const deleted = await this.#sink.publishNew(deletions, isOfMany);
    await this.#clearParked([...asked.keys()].filter((key) => !unreadable.has(key) && !contested.has(key)));
    return { count: published + count(deleted), contested };
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
    // Pairs of keys, outside the heap: they may be as many as the ERP has records.
    const contested = new TextTable();
    const round: PublishedRound = {
      count: 0,
      unreadable,
      take: async (answer, newer) => {
        const rows = this.#rowsOf(answer);
        const own = rows.filter(({ key }) => !newer.has(key));
        const chunk = await this.#read(own, answer, () => dirt);
        round.count += await this.#publishClaimed(chunk.read, {
          asked: nobody,
          unreadable: chunk.unreadable,
          contest: (key, other) => contested.add(JSON.stringify([key, other])),
          isOfMany: true,
        });
        for (const { identity } of chunk.read) index.seen(identity);
        const keys = new Set(rows.map(({ key }) => key));
        for (const key of keys)
          if (newer.has(key) || chunk.unreadable.has(key))
            for (const identity of index.recordsOf(this.#sourceKey(key))) index.seen(identity);
        for (const key of chunk.unreadable) unreadable.add(key);
        const mended = [...keys].filter((key) => !unreadable.has(key) && !newer.has(key));
        await this.#clearParked(mended);
      },
      unseenCount: () => (stream.shape.deleted ? index.unseenCount : 0),
      openKeys: function* () {
        for (let pair = 0; pair < contested.size; pair += 1)
          yield* JSON.parse(contested.at(pair)) as [key: string, other: string];
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
    const version = this.#version(answer);
    for (const { key, sourceKey, row } of rows)
      try {
        const dirt = dirtOf(key);
        const shownFrom = dirt.shownFrom > 0 && Number.isFinite(dirt.shownFrom) ? dirt.shownFrom : null;
        const origin = { occurredAt: dirt.occurredAt, version, sourceKey };
        const value = stream.shape.read(row, origin, shownFrom);
        read.push({ key, sourceKey, row, value, identity: identityOf(stream.shape, value), dirt });
      } catch (error) {
        const fault = faultOfRow(stream, sourceKey, error);
        if (fault === null) throw error;
        unreadable.add(key);
        await this.#sink.park(key, row, fault);
      }
    return { read, unreadable };
  }

  /** @returns how many records were published. */
  async #publishClaimed(read: ReadRow[], { asked, unreadable, contest, isOfMany }: Claimed): Promise<number> {
    const verdicts = this.#claims.judge(read, asked);
    const told: ReadRow[] = [];
    const parked: { of: ReadRow; fault: Fault }[] = [];
    for (const [place, one] of read.entries()) {
      const { key, identity } = one;
      const verdict = verdicts[place]!;
      if (verdict === 'publish') told.push(one);
      else if (verdict === 'twice') parked.push({ of: one, fault: this.#claims.fault(identity, key) });
      else contest(key, verdict.contestedWith);
    }
    const published = await this.#sink.publishNew(told, isOfMany);
    for (const [place, became] of published.entries())
      if (typeof became !== 'number') parked.push({ of: told[place]!, fault: became });
    for (const { of } of parked) unreadable.add(of.key);
    await allOf(parked.map(({ of: { key, row }, fault }) => this.#sink.park(key, row, fault)));
    return count(published);
  }

  /** What is parked of keys all of whose rows are records is mended. */
  async #clearParked(keys: readonly string[]): Promise<void> {
    if (this.#sink.hasParked) await allOf(keys.map((key) => this.#sink.clearParked(key)));
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
      return { key, sourceKey: this.#sourceKey(key), row };
    });
  }

  /** Of all records that an answer gives. */
  #version(answer: Answer): Origin['version'] {
    return { epoch: this.#options.epoch, number: Number(answer.version) };
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

function count(published: readonly Published[]): number {
  return published.reduce<number>((total, one) => (one === 1 ? total + 1 : total), 0);
}

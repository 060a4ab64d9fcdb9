import { splitKey } from '../../schemas/keys.ts';
import { keyOfRow, keyOfSource, sourceKeyOf } from '../erp/sources/keys.ts';
import type { Answer } from '../erp/sources/questions.ts';
import { Defect } from '../platform/errors.ts';
import type { Fault } from '../platform/errors.ts';
import type { FlowContext } from '../platform/flow/context.ts';
import type { Parking } from '../platform/flow/outcome/parking.ts';
import type { Received } from '../platform/kafka/types.ts';
import { inSpan, traceparentOf } from '../platform/telemetry/tracing.ts';
import type { Dirt } from './dirty-set.ts';
import { digestOf, identityOf } from './published-index.ts';
import type { PublishedIndex } from './published-index.ts';
import type { Origin, StreamRecord } from './rows/row.ts';
import { changeSpan } from './spans.ts';
import type { Spellings } from './spellings.ts';
import type { Stream } from './stream.ts';
import { faultOfRow, unmadeRecord } from './unmade-record.ts';

export interface RecordPublisherOptions {
  stream: Stream;
  index: PublishedIndex;
  spellings: Spellings;
  context: FlowContext;
  parking: Parking;
  epoch: number;
}

type TracedDirt = Pick<Dirt, 'traceparent' | 'position'>;

interface Row {
  key: string;
  row: Record<string, unknown>;
}

/** Of a round over all keys, what is published of it. */
export interface PublishedRound {
  /** Records published so far. */
  count: number;
  /** @param newer keys of which the topic has what is newer than the answer. */
  take(answer: Answer, newer: ReadonlySet<string>): Promise<void>;
  /** Records of the topic that no chunk held. Counted one by one. */
  unseenCount(): number;
  /** Their keys, one for each such record. */
  unseenKeys(): Iterable<string>;
}

/** Makes records of the rows of one stream, and publishes those that say something new (or were asked for). */
export class RecordPublisher {
  readonly #options: RecordPublisherOptions;

  constructor(options: RecordPublisherOptions) {
    this.#options = options;
  }

  /** Publishes the answer for some keys, and what they no longer have. Resolves when the broker has all of it. */
  async publishKeys(answer: Answer, asked: Map<string, Dirt>): Promise<number> {
    const rows = this.#rowsOf(answer);
    const unasked = rows.find(({ key }) => !asked.has(key));
    if (unasked)
      throw new Defect(
        `erp.streams.${this.#options.stream.name}.query returned the key ${unasked.key}, which was not in $keys`,
      );
    const seen = new Map<string, Set<string>>([...asked.keys()].map((key) => [key, new Set()]));
    const unreadable = new Set<string>();
    const publications = rows.map(async ({ key, row }) => {
      const told = await this.#publishRow(key, row, answer, asked.get(key)!);
      if (told === null) unreadable.add(key);
      else seen.get(key)!.add(told.identity);
      return told?.count ?? 0;
    });
    const published = await allOf(publications);
    const readable = [...asked].filter(([key]) => !unreadable.has(key));
    const gone = readable.flatMap(([key, dirt]) =>
      this.#goneOf(key, dirt, seen.get(key)!).map((identity) =>
        this.#publishDeleted(identity, this.#origin(key, answer, dirt), dirt),
      ),
    );
    const deleted = await allOf(gone);
    await allOf(readable.map(([key]) => this.#clearParked(key)));
    return sum(published) + sum(deleted);
  }

  /** Records that the key had and has no more; what was told as deleted is told again where it was asked for. */
  #goneOf(key: string, dirt: Dirt, seen: Set<string>): string[] {
    const { index } = this.#options;
    const live = new Set(index.recordsOf(this.#sourceKey(key)));
    return index
      .allOf(this.#sourceKey(key))
      .filter((identity) => !seen.has(identity) && (live.has(identity) || dirt.asked.has(identity)));
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
    const round: PublishedRound = {
      count: 0,
      take: async (answer, newer) => {
        const rows = this.#rowsOf(answer);
        const counts = rows.map(async ({ key, row }) => {
          const told = newer.has(key) ? null : await this.#publishRow(key, row, answer, dirt);
          if (told === null && !newer.has(key)) unreadable.add(key);
          const seen = told === null ? index.recordsOf(this.#sourceKey(key)) : [told.identity];
          for (const identity of seen) index.seen(identity);
          return told?.count ?? 0;
        });
        round.count += sum(await allOf(counts));
        const keys = new Set(rows.map(({ key }) => key));
        await allOf(
          [...keys]
            .filter((key) => !unreadable.has(key) && !newer.has(key))
            .map((key) => this.#clearParked(key)),
        );
      },
      unseenCount: () => (stream.shape.deleted ? index.unseenCount : 0),
      unseenKeys: () =>
        stream.shape.deleted ? index.unseen().map(({ sourceKey }) => keyOfSource(sourceKey)) : [],
    };
    return round;
  }

  /** A key whose question the database refuses: parked as a record of its own, the others go on. */
  async parkKey(key: string, fault: Fault): Promise<void> {
    await this.#options.parking.park(this.#placeholder(key, null), 'rejected', fault, 1);
  }

  /** All rows of the key are readable: what was parked of it is mended. */
  #clearParked(key: string): Promise<void> {
    return this.#options.parking.clear(this.#placeholder(key, null));
  }

  #rowsOf(answer: Answer): Row[] {
    const { keyColumns, name } = this.#options.stream;
    return answer.rows.map((row) => {
      const key = keyOfRow(keyColumns, row);
      if (key === null)
        throw new Defect(
          `erp.streams.${name}.query must return the key (${keyColumns.join(', ')}) in every row`,
        );
      return { key, row };
    });
  }

  /** The record that a row makes, published if it says something new; null when it can make none, and is parked. */
  async #publishRow(
    key: string,
    row: Record<string, unknown>,
    answer: Answer,
    dirt: Dirt,
  ): Promise<{ identity: string; count: 0 | 1 } | null> {
    const { spellings, stream } = this.#options;
    const { shape, topic } = stream;
    try {
      const value = spellings.mark(topic, shape.read(row, this.#origin(key, answer, dirt)));
      return { identity: identityOf(shape, value), count: await this.#publishIfNew(value, dirt) };
    } catch (error) {
      const fault = faultOfRow(this.#options.stream, this.#sourceKey(key), error);
      if (fault === null) throw error;
      await this.#options.parking.park(this.#placeholder(key, row), 'rejected', fault, 1);
      return null;
    }
  }

  async #publishIfNew(
    value: StreamRecord,
    dirt: TracedDirt & Pick<Dirt, 'asked' | 'isAllAsked'>,
  ): Promise<0 | 1> {
    const { index, stream, context } = this.#options;
    const identity = identityOf(stream.shape, value);
    const digest = digestOf(stream.shape, value, context.clock.now());
    const asked = dirt.isAllAsked || dirt.asked.has(stream.shape.contract.key(value));
    if (!asked && index.isSame(identity, digest)) return 0;
    index.doubt(identity, value);
    await this.#publish(value, dirt);
    index.note(identity, value, digest);
    this.#options.spellings.published(value);
    return 1;
  }

  async #publishDeleted(identity: string, origin: Origin, dirt: TracedDirt): Promise<0 | 1> {
    const { index, stream, spellings, context } = this.#options;
    const parts = splitKey(identity, stream.shape.keyParts.length);
    if (stream.shape.deleted === null || parts === null) return 0;
    const value = spellings.mark(stream.topic, stream.shape.deleted(parts, origin));
    index.doubt(identity, value);
    await this.#publish(value, dirt);
    index.note(identity, value, digestOf(stream.shape, value, context.clock.now()));
    spellings.published(value);
    return 1;
  }

  async #publish(value: StreamRecord, dirt: TracedDirt): Promise<void> {
    const { stream, context } = this.#options;
    const span = changeSpan(stream, value, dirt);
    await inSpan(span, () =>
      context.bus.publish(stream.shape.contract, { value, traceparent: traceparentOf(span) }),
    );
    context.metrics.records.inc({ flow: stream.name, topic: stream.topic, status: 'applied' });
  }

  #origin(key: string, answer: Answer, dirt: Pick<Dirt, 'occurredAt'>): Origin {
    return { occurredAt: dirt.occurredAt, version: this.#version(answer), sourceKey: this.#sourceKey(key) };
  }

  #version(answer: Answer): Origin['version'] {
    return { epoch: this.#options.epoch, number: Number(answer.version) };
  }

  #sourceKey(key: string): string {
    return sourceKeyOf(this.#options.stream.keyColumns, key);
  }

  #placeholder(key: string, row: Record<string, unknown> | null): Received<never> {
    const { stream, context } = this.#options;
    return unmadeRecord(stream, this.#sourceKey(key), row, context.clock.now());
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

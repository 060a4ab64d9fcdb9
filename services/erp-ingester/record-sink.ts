import { splitKey } from '../../schemas/keys.ts';
import { sourceKeyOf } from '../erp/sources/keys.ts';
import type { Fault } from '../platform/errors.ts';
import type { FlowContext } from '../platform/flow/context.ts';
import type { Parking } from '../platform/flow/outcome/parking.ts';
import type { Received } from '../platform/kafka/types.ts';
import { inSpan, traceparentOf } from '../platform/telemetry/tracing.ts';
import type { Dirt } from './dirt.ts';
import { digestOf } from './published-index.ts';
import type { PublishedIndex } from './published-index.ts';
import type { Origin, StreamRecord } from '../erp/rows/row.ts';
import { changeSpan } from './spans.ts';
import type { Spellings } from './spellings.ts';
import type { Stream } from './stream.ts';
import { faultOfRow, unmadeRecord } from './unmade-record.ts';

export interface RecordSinkOptions {
  stream: Stream;
  index: PublishedIndex;
  spellings: Spellings;
  context: FlowContext;
  parking: Parking;
}

/** What is to be said of a record, and why. */
export interface Told {
  value: StreamRecord;
  identity: string;
  dirt: Pick<Dirt, 'asked' | 'isAllAsked' | 'traceparent' | 'position'>;
}

/** What became of it: published or not, or a fault where no broker will ever take it. */
export type Published = 0 | 1 | Fault;

interface New extends Pick<Told, 'value' | 'identity'> {
  /** Among those that were told. */
  place: number;
  digest: number;
}

/** One record of a stream: to its topic, with the index kept true, or to what is parked. */
export class RecordSink {
  readonly #options: RecordSinkOptions;

  constructor(options: RecordSinkOptions) {
    this.#options = options;
  }

  /**
   * Those that say something new, or were asked for. @returns in their order; the first error that is none of a record's is
   * thrown when all are settled: what is asked next must not overtake them.
   * @param isOfMany All go under the active span: one for each costs a tenth of all the work.
   */
  async publishNew(told: readonly Told[], isOfMany: boolean): Promise<Published[]> {
    const published: Published[] = told.map(() => 0);
    const news = this.#news(told);
    if (news.length === 0) return published;
    const errors = await (isOfMany ? this.#publishTogether(news) : this.#publishEach(news, told));
    const { index, stream, spellings, context } = this.#options;
    let failure: unknown = null;
    for (const [at, { place, value, identity, digest }] of news.entries()) {
      const error = errors.get(at);
      if (error === undefined) {
        index.note(identity, value, digest);
        spellings.published(value);
        published[place] = 1;
        continue;
      }
      const fault = faultOfRow(stream, value.sourceKey, error);
      if (fault === null) {
        failure ??= error;
        // The answer may have had it twice, and the broker the other one of them for sure.
        index.doubt(identity, value);
      } else published[place] = fault;
    }
    context.metrics.records.inc(
      { flow: stream.name, topic: stream.topic, status: 'applied' },
      news.length - errors.size,
    );
    if (failure !== null) throw failure;
    return published;
  }

  /** Of each that is to be published nothing is known from here on, until the broker has it. */
  #news(told: readonly Told[]): New[] {
    const { index, stream, spellings, context } = this.#options;
    const now = context.clock.now();
    const news: New[] = [];
    for (const [place, { value: read, identity, dirt }] of told.entries()) {
      const value = spellings.mark(stream.topic, read);
      const digest = digestOf(stream.shape, value, now);
      const isAsked =
        dirt.isAllAsked || (dirt.asked.size > 0 && dirt.asked.has(stream.shape.contract.key(value)));
      if (!isAsked && index.isSame(identity, digest)) continue;
      index.doubt(identity, value);
      news.push({ place, value, identity, digest });
    }
    return news;
  }

  /** The record that says of one that it is gone; null where absence means nothing. */
  deleted(identity: string, origin: Origin): StreamRecord | null {
    const { shape } = this.#options.stream;
    const parts = splitKey(identity, shape.keyParts.length);
    return parts === null || shape.deleted === null ? null : shape.deleted(parts, origin);
  }

  /** A row that can be no record, or a key whose question is refused: as a record of its own, so that the others go on. */
  park(key: string, row: Record<string, unknown> | null, fault: Fault): Promise<void> {
    return this.#options.parking.park(this.#placeholder(key, row), 'rejected', fault, 1);
  }

  /** Whether anything of the topic is parked. */
  get hasParked(): boolean {
    return this.#options.parking.size() > 0;
  }

  /** All rows of the key are records: what was parked of it is mended. */
  async clearParked(key: string): Promise<void> {
    await this.#options.parking.clear(this.#placeholder(key, null));
  }

  #publishTogether(news: readonly New[]): Promise<ReadonlyMap<number, Error>> {
    const { stream, context } = this.#options;
    const values = news.map(({ value }) => value);
    return context.bus.publishAll(stream.shape.contract, values, traceparentOf());
  }

  async #publishEach(news: readonly New[], told: readonly Told[]): Promise<ReadonlyMap<number, Error>> {
    const { stream, context } = this.#options;
    const errors = new Map<number, Error>();
    const publish = async ({ value, place }: New, at: number) => {
      const publication = () => ({ value, traceparent: traceparentOf() });
      const span = changeSpan(stream, value, told[place]!.dirt);
      await inSpan(span, () => context.bus.publish(stream.shape.contract, publication())).catch(
        (error: unknown) => errors.set(at, error as Error),
      );
    };
    await Promise.all(news.map(publish));
    return errors;
  }

  #placeholder(key: string, row: Record<string, unknown> | null): Received<never> {
    const { stream, context } = this.#options;
    return unmadeRecord(stream, sourceKeyOf(stream, key), row, context.clock.now());
  }
}

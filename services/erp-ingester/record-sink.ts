import { splitKey } from '../../schemas/keys.ts';
import { sourceKeyOf } from '../erp/sources/keys.ts';
import type { Fault } from '../platform/errors.ts';
import type { FlowContext } from '../platform/flow/context.ts';
import type { Parking } from '../platform/flow/outcome/parking.ts';
import type { Received } from '../platform/kafka/types.ts';
import { inSpan, traceparentOf } from '../platform/telemetry/tracing.ts';
import type { Dirt } from './dirt.ts';
import { digestOf, identityOf } from './published-index.ts';
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

interface TracedDirt extends Pick<Dirt, 'traceparent' | 'position'> {
  /** The record is one of many under the active span. */
  isOfMany?: boolean;
}

/** One record of a stream: to its topic, with the index kept true, or to what is parked. */
export class RecordSink {
  readonly #options: RecordSinkOptions;

  constructor(options: RecordSinkOptions) {
    this.#options = options;
  }

  /** @returns how many were published; a fault where no broker will ever take it. */
  async publishIfNew(
    read: StreamRecord,
    dirt: TracedDirt & Pick<Dirt, 'asked' | 'isAllAsked'>,
  ): Promise<0 | 1 | Fault> {
    const { index, stream, spellings, context } = this.#options;
    const value = spellings.mark(stream.topic, read);
    const identity = identityOf(stream.shape, value);
    const digest = digestOf(stream.shape, value, context.clock.now());
    const asked = dirt.isAllAsked || dirt.asked.has(stream.shape.contract.key(value));
    if (!asked && index.isSame(identity, digest)) return 0;
    index.doubt(identity, value);
    try {
      await this.#publish(value, dirt);
    } catch (error) {
      const fault = faultOfRow(stream, value.sourceKey, error);
      if (fault === null) throw error;
      return fault;
    }
    index.note(identity, value, digest);
    this.#options.spellings.published(value);
    return 1;
  }

  async publishDeleted(identity: string, origin: Origin, dirt: TracedDirt): Promise<0 | 1> {
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

  /** A row that can be no record, or a key whose question is refused: as a record of its own, so that the others go on. */
  park(key: string, row: Record<string, unknown> | null, fault: Fault): Promise<void> {
    return this.#options.parking.park(this.#placeholder(key, row), 'rejected', fault, 1);
  }

  /** All rows of the key are records: what was parked of it is mended. */
  async clearParked(key: string): Promise<void> {
    if (this.#options.parking.size() === 0) return;
    await this.#options.parking.clear(this.#placeholder(key, null));
  }

  async #publish(value: StreamRecord, dirt: TracedDirt): Promise<void> {
    const { stream, context } = this.#options;
    const publish = () => context.bus.publish(stream.shape.contract, { value, traceparent: traceparentOf() });
    await (dirt.isOfMany ? publish() : inSpan(changeSpan(stream, value, dirt), publish));
    context.metrics.records.inc({ flow: stream.name, topic: stream.topic, status: 'applied' });
  }

  #placeholder(key: string, row: Record<string, unknown> | null): Received<never> {
    const { stream, context } = this.#options;
    return unmadeRecord(stream, sourceKeyOf(stream, key), row, context.clock.now());
  }
}

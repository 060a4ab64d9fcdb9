/**
 * Hands the fetched records of one partition to its reader, in order and each once; the one place that knows where a
 * reading stands, for members of a group and for readings of whole topics alike.
 *
 * Records are decoded as they come. One whose schema is not known yet stops this partition only: it is paused until
 * the registry has answered, while the fetch loop (and with it the heart-beats and the other partitions) goes on.
 * The same pause keeps memory bounded when the reader is full.
 */
import { messageOf } from '../../errors.ts';
import type { Batch, KafkaMessage } from 'kafkajs';
import { isAnotherTopic } from './claim.ts';
import type { Bounds } from './claim.ts';
import type { KafkaOptions, PartitionReader } from '../types.ts';
import type { Decoded, Decoder } from '../wire.ts';

export interface FetcherOptions {
  topic: string;
  partition: number;
  start: number;
  reader: Pick<PartitionReader, 'receive' | 'full'>;
  decoder: Decoder;
  /** Of the consumer; they may throw when it has just crashed. */
  pause(): void;
  resume(): void;
  seek(offset: number): void;
  /** As they are now. */
  bounds(): Promise<Bounds>;
  /** The topic's id when the reading began; null where the broker tells none. */
  topicId(): string | null;
  /** The topic is another one than before, under the same name: all that is known of it holds no more. */
  onRecreated(bounds: Bounds): void;
  /** Records were deleted before they were read: it goes on with the first that is there. */
  onLost?: () => void;
  /** The reader threw, or the decoder: nothing is handed over any more until the process is restarted. */
  onFailed(why: string): void;
  /** Aborted when the lease is over. */
  over: AbortSignal;
  log: KafkaOptions['log'];
}

const pollMs = 50;

export class Fetcher {
  readonly #options: FetcherOptions;
  #position: number;
  #closed = false;
  #failure: string | null = null;
  /** Somebody is at work on it out of turn: decoding, or finding out where the topic begins. */
  #busy = false;
  #poll: NodeJS.Timeout | null = null;
  #misfit: { position: number; fetched: number } | null = null;

  constructor(options: FetcherOptions) {
    this.#options = options;
    this.#position = options.start;
  }

  /** Offset of the next record to be handed over. */
  get position(): number {
    return this.#position;
  }

  /** It is fetched again after a while. */
  get isPaused(): boolean {
    return this.#poll !== null;
  }

  /** Null while all is well, else why nothing is handed over any more. */
  get failure(): string | null {
    return this.#failure;
  }

  /** True when the batch was taken and counts as read; otherwise it will be fetched again. */
  offer(batch: Batch): boolean {
    if (this.#closed || this.#busy || this.#failure !== null) return false;
    const fetched = Number((batch as Batch & { fetchedOffset: string }).fetchedOffset);
    if (fetched !== this.#position && !this.#isAccepted(fetched)) {
      void this.#realign(fetched);
      return false;
    }
    this.#misfit = null;
    this.#position = Number(batch.lastOffset()) + 1;
    this.#enqueue(batch.messages);
    return true;
  }

  /** Hands nothing over any more. */
  close(): void {
    this.#closed = true;
    this.#stopPoll();
  }

  #enqueue(messages: KafkaMessage[]): void {
    const { decoder, partition, over } = this.#options;
    const decoded: Decoded[] = [];
    for (const [index, message] of messages.entries()) {
      const one = decoder.decode(message, partition, over);
      if (one instanceof Promise) {
        this.#deliver(decoded);
        void this.#waitFor(one, messages.slice(index + 1));
        return;
      }
      decoded.push(one);
    }
    this.#deliver(decoded);
    if (this.#isFull()) this.#pause();
  }

  async #waitFor(first: Promise<Decoded>, rest: KafkaMessage[]): Promise<void> {
    this.#busy = true;
    this.#pause();
    try {
      const one = await first;
      this.#busy = false;
      this.#deliver([one]);
      if (!this.#closed) this.#enqueue(rest);
      this.#resume();
    } catch (error) {
      // Only the end of the lease ends the wait for the registry; the next owner reads these records again.
      if (!this.#options.over.aborted) this.#fail('decode', error);
    }
  }

  #deliver(records: Decoded[]): void {
    if (this.#closed || this.#failure !== null || records.length === 0) return;
    try {
      this.#options.reader.receive(records);
    } catch (error) {
      this.#fail('receive', error);
    }
  }

  #isFull(): boolean {
    try {
      return this.#options.reader.full();
    } catch (error) {
      this.#fail('full', error);
      return true;
    }
  }

  /** A reader that throws has lost records; going on would finish offsets behind them. It stands until the restart. */
  #fail(what: string, error: unknown): void {
    if (this.#failure !== null) return;
    const { topic, partition } = this.#options;
    const why = error instanceof Error ? `${error.name}: ${messageOf(error)}` : typeof error;
    this.#failure = `the reader of ${topic}[${partition}] threw in ${what}(): ${why}`;
    this.#pause();
    this.#options.onFailed(this.#failure);
  }

  #pause(): void {
    if (this.#closed || this.#poll) return;
    this.#consumer('pause');
    this.#poll = setInterval(() => this.#resume(), pollMs);
  }

  #resume(): void {
    if (this.#closed || this.#busy || this.#failure !== null || this.#isFull()) return;
    this.#stopPoll();
    this.#consumer('resume');
  }

  #stopPoll(): void {
    if (this.#poll) clearInterval(this.#poll);
    this.#poll = null;
  }

  /** A consumer that has just crashed refuses both; it comes back with another assignment, and this one is over. */
  #consumer(what: 'pause' | 'resume'): void {
    const { topic, partition, log } = this.#options;
    try {
      this.#options[what]();
    } catch (error) {
      log.warn({ topic, partition }, `${topic}[${partition}] could not ${what}: ${String(error)}`);
    }
  }

  /** kafkajs goes over control records and compacted ends without a word: seen twice alike, the jump is true. */
  #isAccepted(fetched: number): boolean {
    const { position, fetched: before } = this.#misfit ?? {};
    return position === this.#position && before === fetched && fetched > this.#position;
  }

  /**
   * kafkajs has read elsewhere than we stand: a batch of an earlier generation, or its silent reset after "offset out
   * of range". Go back to where we stand if that is still on the topic; if not, records are lost, and that is said.
   */
  async #realign(fetched: number): Promise<void> {
    const { topic, partition, log } = this.#options;
    this.#misfit = { position: this.#position, fetched };
    this.#busy = true;
    this.#pause();
    try {
      const bounds = await this.#options.bounds();
      if (this.#closed) return;
      const { earliest, end, topicId } = bounds;
      const recreated = isAnotherTopic(topicId, this.#options.topicId()) || this.#position > end;
      if (recreated || this.#position < earliest) {
        const cause = recreated ? 'are gone: the topic was recreated' : 'were deleted before they were read';
        log.error(
          { topic, partition, position: this.#position, earliest, end },
          `A gap: records of ${topic}[${partition}] ${cause}`,
        );
        // Start, claim and finished offset are those of a topic that is no more.
        if (recreated) return this.#options.onRecreated(bounds);
        this.#position = earliest;
        this.#options.onLost?.();
      }
    } catch (error) {
      log.warn({ topic, partition }, `Cannot ask where ${topic}[${partition}] begins: ${String(error)}`);
    }
    this.#busy = false;
    if (!this.#closed) this.#options.seek(this.#position);
  }
}

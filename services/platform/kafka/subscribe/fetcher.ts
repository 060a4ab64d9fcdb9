/**
 * Hands the fetched records of one partition to its reader, in order and each once.
 *
 * Records are decoded as they come. One whose schema is not known yet stops this partition only: it is paused until
 * the registry has answered, while the fetch loop (and with it the heart-beats and the other partitions) goes on.
 * The same pause keeps memory bounded when the reader is full.
 */
import { messageOf } from '../../errors.ts';
import type { Batch, KafkaMessage } from 'kafkajs';
import type { Bounds } from './claim.ts';
import type { KafkaOptions, PartitionReader } from '../types.ts';
import type { Decoded, Decoder } from '../wire.ts';

export interface FeedOptions {
  topic: string;
  partition: number;
  start: number;
  reader: PartitionReader;
  decoder: Decoder;
  pause(): void;
  resume(): void;
  seek(offset: number): void;
  bounds(): Promise<Bounds>;
  /** The topic is another one than before, under the same name: what the lease says of it holds no more. */
  recreated(): void;
  /** Aborted when the lease is over. */
  over: AbortSignal;
  log: KafkaOptions['log'];
}

export interface Feed {
  /** True when the batch was taken and counts as read; otherwise it will be fetched again. */
  offer(batch: Batch): boolean;
  /** Hands nothing over any more. */
  close(): void;
  unhealthyReason(): string | null;
}

const POLL_MS = 50;

export function createFeed(options: FeedOptions): Feed {
  const { topic, partition, reader, decoder, log } = options;
  let position = options.start;
  let closed = false;
  let broken: string | null = null;
  /** Somebody is at work on it out of turn: decoding, or finding out where the topic begins. */
  let busy = false;
  let poll: NodeJS.Timeout | null = null;
  let misfit: { position: number; fetched: number } | null = null;

  function offer(batch: Batch): boolean {
    if (closed || busy || broken !== null) return false;
    const fetched = Number((batch as Batch & { fetchedOffset: string }).fetchedOffset);
    if (fetched !== position && !isAccepted(fetched)) {
      void realign(fetched);
      return false;
    }
    misfit = null;
    position = Number(batch.lastOffset()) + 1;
    take(batch.messages);
    return true;
  }

  function take(messages: KafkaMessage[]): void {
    const decoded: Decoded[] = [];
    for (const [index, message] of messages.entries()) {
      const one = decoder.decode(message, partition, options.over);
      if (one instanceof Promise) {
        hand(decoded);
        void waitFor(one, messages.slice(index + 1));
        return;
      }
      decoded.push(one);
    }
    hand(decoded);
    if (isFull()) hold();
  }

  async function waitFor(first: Promise<Decoded>, rest: KafkaMessage[]): Promise<void> {
    busy = true;
    hold();
    try {
      const one = await first;
      busy = false;
      hand([one]);
      if (!closed) take(rest);
      release();
    } catch (error) {
      // Only the end of the lease ends the wait for the registry; the next owner reads these records again.
      if (!options.over.aborted) fail('decode', error);
    }
  }

  function hand(records: Decoded[]): void {
    if (closed || broken !== null || records.length === 0) return;
    try {
      reader.receive(records);
    } catch (error) {
      fail('receive', error);
    }
  }

  function isFull(): boolean {
    try {
      return reader.full();
    } catch (error) {
      fail('full', error);
      return true;
    }
  }

  /** A reader that throws has lost records; going on would finish offsets behind them. It stands until the restart. */
  function fail(what: string, error: unknown): void {
    if (broken !== null) return;
    const why = error instanceof Error ? `${error.name}: ${messageOf(error)}` : typeof error;
    broken = `the reader of ${topic}[${partition}] threw in ${what}(): ${why}`;
    log.error({ topic, partition }, `${broken}. The partition stands still until the process is restarted`);
    hold();
  }

  function hold(): void {
    if (closed || poll) return;
    options.pause();
    poll = setInterval(release, POLL_MS);
  }

  function release(): void {
    if (closed || busy || broken !== null || isFull()) return;
    stopPoll();
    options.resume();
  }

  function stopPoll(): void {
    if (poll) clearInterval(poll);
    poll = null;
  }

  /** kafkajs goes over control records and compacted ends without a word: seen twice alike, the jump is true. */
  function isAccepted(fetched: number): boolean {
    return (
      misfit !== null && misfit.position === position && misfit.fetched === fetched && fetched > position
    );
  }

  /**
   * kafkajs has read elsewhere than we stand: a batch of an earlier generation, or its silent reset after "offset out
   * of range". Go back to where we stand if that is still on the topic; if not, records are lost, and that is said.
   */
  async function realign(fetched: number): Promise<void> {
    misfit = { position, fetched };
    busy = true;
    hold();
    try {
      const { earliest, end } = await options.bounds();
      const isRecreated = position > end;
      if (position < earliest || isRecreated) {
        const cause = isRecreated
          ? 'are gone: the topic was recreated'
          : 'were deleted before they were read';
        log.error(
          { topic, partition, position, earliest, end },
          `A gap: records of ${topic}[${partition}] ${cause}`,
        );
        // Start, mark and finished offset are those of a topic that is no more.
        if (isRecreated) return options.recreated();
        position = earliest;
      }
    } catch (error) {
      log.warn({ topic, partition }, `Cannot ask where ${topic}[${partition}] begins: ${String(error)}`);
    }
    busy = false;
    if (!closed) options.seek(position);
  }

  return {
    offer,
    close() {
      closed = true;
      stopPoll();
    },
    unhealthyReason: () => broken,
  };
}

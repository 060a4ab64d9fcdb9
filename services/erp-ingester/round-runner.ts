import type { FlowContext } from '../platform/flow/context.ts';
import type { Serial } from '../platform/serial.ts';
import { mergeDirt, newDirt } from './dirt.ts';
import type { Dirt } from './dirt.ts';
import type { DirtySet } from './dirty-set.ts';
import { Lane } from './lane.ts';
import type { RecordPublisher } from './record-publisher.ts';
import { Round } from './round.ts';
import type { StreamLoad } from './stream-load.ts';
import type { Stream } from './stream.ts';
import { Wake } from './wake.ts';

export interface RoundRunnerOptions {
  stream: Stream;
  publisher: RecordPublisher;
  load: StreamLoad;
  context: FlowContext;
  dirty: DirtySet;
  /** One question of the stream at a time: two answers for one key could be published in the wrong order. */
  turns: Serial;
}

/** A topic that the ERP has emptied would fill the memory. */
const goneAtOnce = 1_000;

/** Asks all keys of a stream whenever somebody wants that, chunk by chunk, between the questions about changed keys. */
export class RoundRunner {
  readonly lane: Lane;
  /** Parts of rounds, counted: what was asked before one of them and is not published yet may be older. */
  published = 0;
  readonly #options: RoundRunnerOptions;
  readonly #wake = new Wake();
  /** For the next round; null: nobody has asked for one. */
  #wanted: Dirt | null = null;
  #round: Round | null = null;
  /** Of a round whose rows are all published: until its keys that are gone are answered. */
  #isFinishing = false;
  #isPaused = false;
  /** Would tell too many records as deleted, and waits for a person. */
  #held: Round | null = null;

  constructor(options: RoundRunnerOptions) {
    this.#options = options;
    this.lane = new Lane({
      stream: options.stream.name,
      failed: 'all keys not answered, trying again',
      context: options.context,
      wait: (signal) => this.#wake.wait(() => this.#hasWork(), signal),
      step: () => this.#step(),
    });
  }

  /** Whether a round is wanted or under way. */
  get isBusy(): boolean {
    return this.#wanted !== null || this.#round !== null || this.#isFinishing;
  }

  /** One more round, after the one under way: that may have asked before what this is about. */
  ask(dirt: Dirt): void {
    if (this.#wanted === null) this.#wanted = dirt;
    else mergeDirt(this.#wanted, dirt);
    if (this.#held !== null) {
      // Looked at anew: what was missing may be there again.
      mergeDirt(this.#wanted, this.#held.dirt);
      this.#held = null;
      this.#options.load.holds(null);
    }
    this.#wake.now();
  }

  /** No round begins or goes on meanwhile. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    const { turns, stream } = this.#options;
    // Nothing stays open at the source for as long as it takes somebody to mend it.
    if (isPaused) void turns.run(stream.name, async () => this.#round?.close());
    this.#wake.now();
  }

  /** Keys that were answered by themselves: of these the round under way knows no better. */
  answered(keys: Iterable<string>): void {
    this.#round?.answered(keys);
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.lane.run(signal);
    await this.#round?.close();
  }

  #hasWork(): boolean {
    if (this.#isPaused) return false;
    return this.#round !== null || (this.#wanted !== null && !this.#isFinishing);
  }

  async #step(): Promise<void> {
    const { turns, stream } = this.#options;
    const round = (this.#round ??= this.#begin());
    const goesOn = await turns.run(stream.name, () => {
      this.published += 1;
      return round.next();
    });
    if (goesOn) return;
    this.#round = null;
    this.#judge(round);
  }

  #begin(): Round {
    const dirt = this.#wanted ?? newDirt();
    this.#wanted = null;
    return new Round({ ...this.#options, dirt });
  }

  /**
   * A person says that so many records, or fewer, are gone indeed.
   * @returns whether they were held.
   */
  confirm(count: number): boolean {
    const held = this.#held;
    if (held === null || held.goneCount > count) return false;
    this.#held = null;
    this.#options.load.holds(null);
    this.#finish(held);
    return true;
  }

  #judge(round: Round): void {
    const count = round.suspicious();
    if (count === null) return this.#finish(round);
    const { load, stream, context } = this.#options;
    this.#held = round;
    load.holds(count);
    context.log.error(
      { flow: stream.name, topic: stream.topic, records: count },
      'so many records are gone that a person must confirm it',
    );
    return undefined;
  }

  /** What the round did not return is asked by itself before anything is told as deleted, some keys at a time. */
  #finish(round: Round): void {
    this.#isFinishing = true;
    const keys = round.openKeys()[Symbol.iterator]();
    const { dirty } = this.#options;
    const goOn = () => {
      const next = new Set(take(keys, goneAtOnce));
      if (next.size === 0) {
        this.#isFinishing = false;
        round.ended();
        this.#wake.now();
        return;
      }
      const onAnswered = countdown(next.size, goOn);
      for (const key of next) dirty.add(key, { onAnswered });
    };
    goOn();
  }
}

function* take<Value>(values: Iterator<Value>, count: number): Generator<Value> {
  for (let taken = 0; taken < count; taken += 1) {
    const { value, done } = values.next();
    if (done) return;
    yield value;
  }
}

/** To be called so often until `done` is. */
function countdown(count: number, done: () => void): () => void {
  let left = count;
  return () => {
    left -= 1;
    if (left === 0) done();
  };
}

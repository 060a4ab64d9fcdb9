import { messageOf } from '../platform/errors.ts';
import type { FlowContext } from '../platform/flow/context.ts';
import { Serial } from '../platform/serial.ts';
import { DirtySet, newDirt } from './dirty-set.ts';
import { KeyQueryRunner } from './key-query-runner.ts';
import { isAway } from './lane.ts';
import type { RecordPublisher } from './record-publisher.ts';
import { RoundRunner } from './round-runner.ts';
import type { StreamLoad } from './stream-load.ts';
import type { Stream } from './stream.ts';

export interface StreamRunnerOptions {
  stream: Stream;
  publisher: RecordPublisher;
  load: StreamLoad;
  context: FlowContext;
  keysPerQuery: number;
}

/** One stream at work: its changed keys, and rounds of all keys. What fails in it fails in it alone. */
export class StreamRunner {
  readonly dirty = new DirtySet();
  readonly load: StreamLoad;
  readonly #options: StreamRunnerOptions;
  readonly #keys: KeyQueryRunner;
  readonly #rounds: RoundRunner;

  constructor(options: StreamRunnerOptions) {
    this.#options = options;
    this.load = options.load;
    const turns = new Serial();
    this.#rounds = new RoundRunner({ ...options, dirty: this.dirty, turns });
    this.#keys = new KeyQueryRunner({
      ...options,
      dirty: this.dirty,
      turns,
      onAnswered: (keys) => this.#rounds.answered(keys),
      onFailure: (error, failures) => this.#giveUpKeys(error, failures),
    });
    if (this.load.loading !== null) this.askAll(this.load.loading);
  }

  /** Why nothing is answered; null while all is well. */
  get unhealthyReason(): string | null {
    return this.#keys.lane.unhealthyReason ?? this.#rounds.lane.unhealthyReason;
  }

  /** Whether a round of all keys is wanted or under way. */
  get isAskingAll(): boolean {
    return this.#rounds.isBusy;
  }

  /**
   * All keys are to be asked. From now on the state says so, which stands in the cursor before anything behind it is
   * acknowledged: nothing needs to be held for it.
   */
  askAll(reason: string, dirt = newDirt()): void {
    dirt.onAnswered.push(this.load.demand(reason));
    this.#rounds.ask(dirt);
  }

  /** The same by the calendar, or because somebody wants it: nothing is missing. */
  askAllAgain(dirt = newDirt()): void {
    this.#rounds.ask(dirt);
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#keys.run(signal), this.#rounds.run(signal)]);
  }

  /**
   * Questions that fail whatever is asked keep no other stream from being acknowledged, and fill neither our memory nor
   * the disk of the ERP: all keys are to be asked, once they can be.
   */
  #giveUpKeys(error: unknown, failures: number): void {
    if (isAway(error) || failures < this.#options.context.policy.perhapsRecordTries) return;
    if (this.dirty.size === 0) return;
    this.#keys.lane.isRelieved();
    this.askAll(`its questions failed: ${messageOf(error)}`, this.dirty.giveUp());
  }
}

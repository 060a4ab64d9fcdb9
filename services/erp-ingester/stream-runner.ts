import type { Row } from '../erp/sources/changes.ts';
import type { Fault } from '../platform/errors.ts';
import { messageOf } from '../platform/errors.ts';
import type { FlowContext } from '../platform/flow/context.ts';
import { Serial } from '../platform/serial.ts';
import { addMark, mergeCause, newDirt } from './dirt.ts';
import type { Cause } from './dirt.ts';
import { DirtySet } from './dirty-set.ts';
import { KeyQueryRunner } from './key-query-runner.ts';
import { isAway } from './lane.ts';
import type { Lane } from './lane.ts';
import type { RecordPublisher } from './record-publisher.ts';
import { RoundRunner } from './round-runner.ts';
import type { StreamLoad } from './stream-load.ts';
import type { Stream } from './stream.ts';
import { WayRunner } from './way-runner.ts';

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
  readonly #ways: WayRunner;
  readonly #turns = new Serial();
  #deafTo: Fault | null = null;

  constructor(options: StreamRunnerOptions) {
    this.#options = options;
    this.load = options.load;
    const turns = this.#turns;
    this.#rounds = new RoundRunner({ ...options, dirty: this.dirty, turns });
    this.#keys = new KeyQueryRunner({
      ...options,
      dirty: this.dirty,
      turns,
      rounds: () => this.#rounds,
      onAnswered: (keys) => this.#rounds.answered(keys),
      onFailure: (error, failures) => this.#giveUp(this.#keys.lane, this.dirty, error, failures),
    });
    this.#ways = new WayRunner({
      ...options,
      dirty: this.dirty,
      askAll: (reason, dirt) => this.askAll(reason, dirt),
      onFailure: (error, failures) => this.#giveUp(this.#ways.lane, this.#ways.rows, error, failures),
    });
    if (this.load.loading !== null) this.askAll(this.load.loading);
    // What a process before held is known when it is counted again.
    else if (this.load.state.held !== null) this.askAll('its last round waits for a person');
  }

  /** Why nothing is answered; null while all is well. */
  get unhealthyReason(): string | null {
    if (this.#deafTo !== null) return `${this.#deafTo.what}. ${this.#deafTo.fix}`;
    const { held } = this.load.state;
    if (held !== null)
      return `${held} records would be told as deleted: if they are gone indeed, \`cartage streams confirm ${this.#options.stream.name}\``;
    const lanes = [this.#keys.lane, this.#ways.lane, this.#rounds.lane];
    return lanes.find(({ unhealthyReason }) => unhealthyReason !== null)?.unhealthyReason ?? null;
  }

  /** While no answer is being published. */
  betweenAnswers<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#turns.run(this.#options.stream.name, work);
  }

  /** A changed row that leads to keys, by the stream's watch of this index. */
  changed(watch: number, row: Row, cause: Cause): void {
    this.#ways.add(watch, row, cause);
  }

  /** Keys and rows that wait for an answer. */
  get waiting(): { size: number; oldestAt: number | null } {
    const times = [this.dirty.oldestAt, this.#ways.rows.oldestAt].filter((at) => at !== null);
    return {
      size: this.dirty.size + this.#ways.rows.size,
      oldestAt: times.length === 0 ? null : Math.min(...times),
    };
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
    mergeCause(dirt, { onAnswered: this.load.demand(reason, dirt.marks) });
    for (const mark of this.load.state.marks) addMark(dirt, mark);
    this.#rounds.ask(dirt);
  }

  /**
   * While the source does not tell all changes of what the stream watches, a round would be out of date as it ends: it
   * waits until that is mended. Changed keys are answered all the same. Null: nothing is wrong any more.
   */
  deafen(fault: Fault | null): void {
    this.#deafTo = fault;
    this.#rounds.pause(fault !== null);
  }

  /** A person says that so many records are gone indeed. @returns whether they were held for that. */
  confirm(count: number): boolean {
    return this.#rounds.confirm(count);
  }

  /** The same by the calendar, or because somebody wants it: nothing is missing. */
  askAllAgain(dirt = newDirt()): void {
    this.#rounds.ask(dirt);
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#keys.run(signal), this.#ways.lane.run(signal), this.#rounds.run(signal)]);
  }

  /**
   * Questions that fail whatever is asked keep no other stream from being acknowledged, and fill neither our memory nor
   * the disk of the ERP: all keys are to be asked, once they can be.
   */
  #giveUp(lane: Lane, waiting: DirtySet, error: unknown, failures: number): void {
    if (isAway(error) || failures < this.#options.context.policy.perhapsRecordTries) return;
    if (waiting.size === 0) return;
    lane.isRelieved();
    this.askAll(`its questions failed: ${messageOf(error)}`, waiting.giveUp());
  }
}

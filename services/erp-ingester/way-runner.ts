import type { Row } from '../erp/sources/changes.ts';
import { mayBeOfData } from '../erp/sources/questions.ts';
import { Unavailable } from '../platform/errors.ts';
import type { FlowContext } from '../platform/flow/context.ts';
import { addMark, newDirt, reportAnswered } from './dirt.ts';
import type { Cause, Dirt } from './dirt.ts';
import { DirtySet } from './dirty-set.ts';
import { Lane, faultOf } from './lane.ts';
import type { Stream } from './stream.ts';

export interface WayRunnerOptions {
  stream: Stream;
  context: FlowContext;
  /** Where the keys go that the rows lead to. */
  dirty: DirtySet;
  /** Where a row leads to no keys that can be named. */
  askAll: (reason: string, dirt?: Dirt) => void;
  onFailure: (error: unknown, failures: number) => void;
}

const rowsPerQuestion = 1_000;

/**
 * The way round: changed rows that do not carry the key but lead to it. They are dirty until that question is answered, as
 * keys are: many changes of a row are one, many transactions one question. It is no turn of the stream's other questions,
 * because nothing is published by it.
 */
export class WayRunner {
  readonly lane: Lane;
  /** Watch and row as text. */
  readonly rows = new DirtySet();
  readonly #options: WayRunnerOptions;
  #failedAtData = 0;

  constructor(options: WayRunnerOptions) {
    this.#options = options;
    this.lane = new Lane({
      stream: options.stream.name,
      failed: 'the way round was not answered, trying again',
      context: options.context,
      wait: (signal) => this.rows.wait(signal),
      step: () => this.#step(),
      onFailure: (error, failures) => {
        this.#failedAtData = mayBeOfData(error) ? this.#failedAtData + 1 : 0;
        options.onFailure(error, failures);
      },
    });
  }

  add(watch: number, row: Row, cause: Cause): void {
    this.rows.add(JSON.stringify([watch, row]), cause);
  }

  async #step(): Promise<void> {
    const taken = this.rows.take(rowsPerQuestion);
    try {
      for (const [watch, ofWatch] of byWatch(taken)) await this.#ask(watch, ofWatch, taken);
    } catch (error) {
      this.rows.putBack(taken);
      throw error;
    }
    this.#failedAtData = 0;
  }

  /** @param taken what is answered leaves it: the rest is put back when something fails. */
  async #ask(watch: number, rows: Map<string, Dirt>, taken: Map<string, Dirt>): Promise<void> {
    const { questions } = this.#options.stream;
    const marks = new Set([...rows.values()].flatMap((dirt) => [...dirt.marks]));
    try {
      const keys = await questions.keysOf(watch, [...rows.keys()].map(rowOf), marks);
      if (keys !== 'all') this.#give(keys, rows);
      else if (rows.size > 1) return await this.#askApart(watch, rows, taken);
      else this.#askAllFor(watch, rows, 'leads to more keys than can be named');
    } catch (error) {
      if (!mayBeOfData(error)) throw error;
      // Fails without any row as well: no row is to blame.
      await questions.keysOf(watch, [], []);
      if (rows.size > 1) return await this.#askApart(watch, rows, taken);
      const { policy } = this.#options.context;
      // What was not refused may pass.
      if (error instanceof Unavailable && this.#failedAtData + 1 < policy.perhapsRecordTries) throw error;
      this.#askAllFor(watch, rows, 'cannot be followed to its keys', error);
    }
    for (const row of rows.keys()) taken.delete(row);
    return undefined;
  }

  async #askApart(watch: number, rows: Map<string, Dirt>, taken: Map<string, Dirt>): Promise<void> {
    const all = [...rows];
    const half = Math.ceil(all.length / 2);
    let failure: unknown = null;
    for (const part of [all.slice(0, half), all.slice(half)])
      try {
        await this.#ask(watch, new Map(part), taken);
      } catch (error) {
        failure ??= error;
        if (!mayBeOfData(error)) break;
      }
    if (failure !== null) throw failure;
  }

  /** The rows are answered when all their keys are. */
  #give(keys: readonly string[], rows: Map<string, Dirt>): void {
    const dirts = [...rows.values()];
    let left = keys.length;
    const release = () => {
      left -= 1;
      if (left <= 0) dirts.forEach(reportAnswered);
    };
    if (keys.length === 0) return release();
    const position = dirts.at(-1)!.position;
    const times = dirts.flatMap(({ occurredAt }) => occurredAt ?? []);
    // Their marks lie behind: what this answer has shown, no later one lacks.
    const cause: Cause = {
      ...(position !== null && { position }),
      shownFrom: dirts.reduce((most, { shownFrom }) => Math.max(most, shownFrom), 0),
      ...(times.length > 0 && { occurredAt: Math.min(...times) }),
      transaction: { release },
    };
    for (const key of keys) this.#options.dirty.add(key, cause);
    return undefined;
  }

  #askAllFor(watch: number, rows: Map<string, Dirt>, why: string, error?: unknown): void {
    const { stream, context, askAll } = this.#options;
    const { table } = stream.watches[watch]!;
    const dirt = newDirt();
    for (const { marks } of rows.values()) for (const mark of marks) addMark(dirt, mark);
    askAll(`a changed row of ${table} ${why}`, dirt);
    context.log.warn(
      { flow: stream.name, table, ...(error !== undefined && faultOf(error)) },
      `a changed row ${why}: all keys are asked`,
    );
    for (const one of rows.values()) reportAnswered(one);
  }
}

function byWatch(taken: Map<string, Dirt>): Map<number, Map<string, Dirt>> {
  const watches = new Map<number, Map<string, Dirt>>();
  for (const [text, dirt] of taken) {
    const watch = Number.parseInt(text.slice(1), 10);
    const rows = watches.get(watch) ?? new Map<string, Dirt>();
    watches.set(watch, rows.set(text, dirt));
  }
  return watches;
}

function rowOf(text: string): Row {
  return (JSON.parse(text) as [number, Row])[1];
}

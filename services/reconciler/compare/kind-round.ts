import type { Clock } from '../../platform/clock.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { NewestStates } from '../../platform/newest-states.ts';
import type { Newest } from '../../platform/newest-states.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { unlessAborted } from '../../platform/waiting.ts';
import type { Explained } from '../ledger/ledger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Comparer, Unlike } from './comparer.ts';
import type { Progress } from './progress.ts';

export interface KindRoundOptions {
  bus: Pick<Bus, 'readAll'>;
  progress: Pick<Progress, 'finished'>;
  ledger: Ledger;
  /** Likely causes of what was confirmed. */
  explain: (
    comparer: Pick<Comparer<never, never>, 'contract' | 'side' | 'kind'>,
    confirmed: readonly { key: string; unlike: readonly Unlike[] }[],
  ) => Promise<readonly (readonly Explained[])[]>;
  lookAgainMs: number;
  pauseShare: number;
  clock: Clock;
  metrics: Pick<Metrics, 'compared'>;
}

export interface Compared {
  same: number;
  differing: number;
  /** Not finished, newer than what was read, or of other values when it was looked at again: nothing is said of them. */
  inFlight: number;
}

/** Seen to differ once. */
interface Suspect<Item> {
  entry: Newest<Item>;
  unlike: readonly Unlike[];
}

/** So many are looked at again together: what they hold stays small where everything differs. */
const suspectsMax = 2_000;
/** The shortest that a question is taken for, for the pause after it. */
const questionMinMs = 10;

/**
 * One round over all keys of one kind. What is still on its way is no difference: a record that the flow has not finished,
 * one that came meanwhile, and whatever a second look some time later does not show just so again.
 */
export class KindRound<Value, Item> {
  readonly #options: KindRoundOptions;
  readonly #comparer: Comparer<Value, Item>;
  readonly #compared: Compared = { same: 0, differing: 0, inFlight: 0 };

  constructor(comparer: Comparer<Value, Item>, options: KindRoundOptions) {
    this.#comparer = comparer;
    this.#options = options;
  }

  /** Ends early, and says what it has compared so far, when the signal fires. */
  async run(signal: AbortSignal): Promise<Compared> {
    const { bus, ledger } = this.#options;
    const { kind } = this.#comparer;
    ledger.begin(kind);
    for (let slice = 0, slices = 1; slice < slices && !signal.aborted; slice += 1) {
      const states = new NewestStates({ bus, ...this.#comparer }, slice, slices);
      try {
        await unlessAborted(states.read(), signal);
        ({ slices } = states);
        await this.#compareAll(states, signal);
      } finally {
        await states.stop();
      }
    }
    if (!signal.aborted) await ledger.end(kind);
    return this.#compared;
  }

  async #compareAll(states: NewestStates<Value, Item>, signal: AbortSignal): Promise<void> {
    const suspects: Suspect<Item>[] = [];
    for (const chunk of this.#chunks([...states.byKey.values()])) {
      if (signal.aborted) return;
      const seen = await this.#look(chunk, states, signal);
      for (const [entry, unlike] of seen)
        if (unlike.length > 0) suspects.push({ entry, unlike });
        else await this.#same(entry);
      if (suspects.length >= suspectsMax) await this.#lookAgain(suspects.splice(0), states, signal);
    }
    await this.#lookAgain(suspects, states, signal);
  }

  async #lookAgain(
    suspects: readonly Suspect<Item>[],
    states: NewestStates<Value, Item>,
    signal: AbortSignal,
  ): Promise<void> {
    if (suspects.length === 0) return;
    await this.#options.clock.wait(this.#options.lookAgainMs, signal);
    const before = new Map(suspects.map(({ entry, unlike }) => [entry, unlike]));
    for (const chunk of this.#chunks([...before.keys()])) {
      if (signal.aborted) return;
      const confirmed: Suspect<Item>[] = [];
      for (const [entry, now] of await this.#look(chunk, states, signal)) {
        const first = before.get(entry)!;
        const unlike = now.filter((one) => first.some((other) => isSame(one, other)));
        if (now.length === 0) await this.#same(entry);
        else if (unlike.length < now.length) this.#inFlight(entry);
        else confirmed.push({ entry, unlike });
      }
      await this.#report(confirmed);
    }
  }

  /** Of those that are settled, what differs. The others are in flight. */
  async #look(
    chunk: readonly Newest<Item>[],
    states: NewestStates<Value, Item>,
    signal: AbortSignal,
  ): Promise<Map<Newest<Item>, readonly Unlike[]>> {
    const { clock, progress, pauseShare } = this.#options;
    const { contract, reader, compare } = this.#comparer;
    const beganAt = clock.now();
    // Before the other side is read: what is finished later may not be in its answer.
    const finished = await unlessAborted(progress.finished(reader, contract.topic), signal);
    const found = await unlessAborted(compare(chunk), signal);
    const settled = new Map<Newest<Item>, readonly Unlike[]>();
    for (const entry of chunk) {
      const unlike = found.get(entry);
      if (unlike === undefined) await this.#silent(entry);
      else if (states.isNewest(entry) && entry.offset < (finished.get(entry.partition) ?? 0))
        settled.set(entry, unlike);
      else this.#inFlight(entry);
    }
    await clock.wait(pauseShare * Math.max(questionMinMs, clock.now() - beganAt), signal);
    return settled;
  }

  async #report(confirmed: readonly Suspect<Item>[]): Promise<void> {
    if (confirmed.length === 0) return;
    const { explain, ledger } = this.#options;
    const asked = confirmed.map(({ entry, unlike }) => ({ key: entry.key, unlike }));
    const explained = await explain(this.#comparer as never, asked);
    for (const [index, { entry }] of confirmed.entries()) {
      this.#count('differing');
      await ledger.settle(this.#placeOf(entry), explained[index]!);
    }
  }

  async #same(entry: Newest<Item>): Promise<void> {
    this.#count('same');
    await this.#silent(entry);
  }

  /** Nothing of it differs, or can be told to. */
  #silent(entry: Newest<Item>): Promise<void> {
    return this.#options.ledger.settle(this.#placeOf(entry), []);
  }

  #inFlight(entry: Newest<Item>): void {
    this.#count('inFlight');
    this.#options.ledger.visit(this.#placeOf(entry));
  }

  #placeOf({ key, item }: Newest<Item>) {
    const { kind, side, contract, prefixOf, changedAt } = this.#comparer;
    const prefix = prefixOf?.(item) ?? '';
    return { kind, side, topic: contract.topic, key, prefix, changedAt: changedAt(item) };
  }

  #count(result: keyof Compared): void {
    this.#compared[result] += 1;
    this.#options.metrics.compared.inc({ kind: this.#comparer.kind, result: words[result] });
  }

  #chunks(entries: readonly Newest<Item>[]): Newest<Item>[][] {
    const { apartBy = () => '', keysPerQuestion } = this.#comparer;
    const groups = Map.groupBy(entries, ({ item }) => apartBy(item));
    return [...groups.values()].flatMap((group) =>
      Array.from({ length: Math.ceil(group.length / keysPerQuestion) }, (_none, index) =>
        group.slice(index * keysPerQuestion, (index + 1) * keysPerQuestion),
      ),
    );
  }
}

export const words: Readonly<Record<keyof Compared, string>> = {
  same: 'same',
  differing: 'differing',
  inFlight: 'in flight',
};

const isSame = (one: Unlike, other: Unlike) =>
  one.field === other.field && one.wanted === other.wanted && one.found === other.found;

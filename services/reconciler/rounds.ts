import { causeOf } from './causes.ts';
import type { Comparer, Fact, Unlike } from './compare/comparer.ts';
import { KindRound } from './compare/kind-round.ts';
import type { Compared, KindRoundOptions } from './compare/kind-round.ts';
import type { Explained, Ledger } from './ledger/ledger.ts';
import { showFigures } from './ledger/figures.ts';
import type { ParkedKeys } from './parked-keys.ts';
import type { Log } from '../platform/telemetry/log.ts';
import type { Metrics } from '../platform/telemetry/metrics.ts';

export interface AllRoundsOptions extends Omit<KindRoundOptions, 'explain' | 'metrics'> {
  comparers: readonly Comparer<never, never>[];
  ledger: Ledger;
  parked: Pick<ParkedKeys, 'factsOf'>;
  /** What was told by the ERP last is too old. */
  isFeedOld: () => boolean;
  /** Of these keys, those that were brought to the other side once. */
  appliedOnce: (topic: string, keys: ReadonlySet<string>) => Promise<ReadonlySet<string>>;
  repair: () => Promise<void>;
  /** Of the shop. */
  currency: string;
  log: Pick<Log, 'warn'>;
  metrics: Metrics;
}

/** All kinds, one after the other. */
export class AllRounds {
  readonly #options: AllRoundsOptions;
  /** Of the round under way: a kind that failed is tried again without those that did not. */
  readonly #done = new Set<string>();

  constructor(options: AllRoundsOptions) {
    this.#options = options;
    const { comparers, metrics } = options;
    for (const { kind } of comparers) {
      metrics.compareFailures.inc({ kind }, 0);
      for (const mode of ['on', 'dry']) metrics.repairs.inc({ kind, mode }, 0);
    }
  }

  /** @throws what the first kind that failed threw, when all others are done. */
  async run(signal: AbortSignal): Promise<Record<string, Compared>> {
    const { comparers, repair, metrics, log } = this.#options;
    const compared: Record<string, Compared> = {};
    const failures: unknown[] = [];
    for (const comparer of comparers) {
      const { kind } = comparer;
      if (signal.aborted || this.#done.has(kind)) continue;
      try {
        compared[kind] = await this.#round(comparer, signal);
        if (!signal.aborted) this.#done.add(kind);
      } catch (error) {
        if (signal.aborted) throw error;
        metrics.compareFailures.inc({ kind });
        log.warn({ err: error, kind }, 'the two sides cannot be compared now');
        failures.push(error);
      }
      this.#show();
    }
    if (!signal.aborted) await repair();
    this.#show();
    if (failures.length > 0) throw failures[0];
    if (!signal.aborted) this.#done.clear();
    return compared;
  }

  #show(): void {
    const { comparers, ledger, currency, metrics } = this.#options;
    showFigures(ledger.all(), { kinds: comparers.map(({ kind }) => kind), currency }, metrics);
  }

  async #round(comparer: Comparer<never, never>, signal: AbortSignal): Promise<Compared> {
    const { clock, metrics } = this.#options;
    const { kind } = comparer;
    const beganAt = clock.now();
    const explain: KindRoundOptions['explain'] = (of, confirmed) => this.#explain(of, confirmed);
    const compared = await new KindRound(comparer, { ...this.#options, explain }).run(signal);
    if (signal.aborted) return compared;
    metrics.roundDuration.set({ kind }, (clock.now() - beganAt) / 1000);
    metrics.roundEnded.set({ kind }, clock.now() / 1000);
    const rows = compared.same + compared.differing;
    if (rows > 0) metrics.equalShare.set({ kind }, compared.same / rows);
    return compared;
  }

  async #explain(
    { contract, side }: Pick<Comparer<never, never>, 'contract' | 'side'>,
    confirmed: readonly { key: string; unlike: readonly Unlike[] }[],
  ): Promise<Explained[][]> {
    const { parked, isFeedOld } = this.#options;
    const { topic } = contract;
    const applied = side === 'erp' ? await this.#applied(topic, confirmed) : new Set<string>();
    return confirmed.map(({ key, unlike }) =>
      unlike.map((one) => {
        const facts = new Set<Fact>([side, ...(one.facts ?? []), ...parked.factsOf(topic, key)]);
        if (one.found === null) facts.add('missing');
        if (one.wanted === null) facts.add('surplus');
        if (topic.startsWith('erp.') && isFeedOld()) facts.add('feed old');
        if (applied.has(key)) facts.add('applied once');
        const { cause, why, fix } = causeOf(facts);
        return { ...one, cause, why, fix };
      }),
    );
  }

  /** Of what is missing. What is known to differ was looked up when it was found. */
  async #applied(
    topic: string,
    confirmed: readonly { key: string; unlike: readonly Unlike[] }[],
  ): Promise<ReadonlySet<string>> {
    const { ledger, appliedOnce } = this.#options;
    const missing = confirmed.filter(({ unlike }) => unlike.some(({ found }) => found === null));
    const isKnown = new Map(missing.map(({ key }) => [key, ledger.ofKey(topic, key)[0]]));
    const unknown = missing.filter(({ key }) => !isKnown.get(key)).map(({ key }) => key);
    const applied = unknown.length > 0 ? await appliedOnce(topic, new Set(unknown)) : new Set<string>();
    const before = [...isKnown].filter(([, known]) => known?.cause === 'deleted').map(([key]) => key);
    return new Set([...applied, ...before]);
  }
}

import { splitKey } from '../../../../schemas/keys.ts';
import { BoundedMap } from '../../bounded-map.ts';
import { readerIn } from '../../groups.ts';
import type { FlowContext } from '../context.ts';
import type { ParkedPlace } from './parked-places.ts';
import { refreshRequester, refreshTargetOf } from '../request-refresh.ts';
import type { RequestRefresh } from '../request-refresh.ts';

type Context = Pick<FlowContext, 'bus' | 'group' | 'clock' | 'log' | 'mappings' | 'policy'>;

/**
 * By kind of what held records wait for (`product`, `order`): tells which of the names are there now. Asked in the
 * background, a few names at a time.
 */
export type Awaited = Readonly<Record<string, (names: readonly string[]) => Promise<ReadonlySet<string>>>>;

type IsDue = (place: ParkedPlace, kind: string, name: string, askedAt: number) => boolean;

/** What is parked within this time after a change may have been in work under the mappings of before. */
const inWorkMs = 60_000;
/** Names asked for in one round: a first load may hold tens of thousands, and the shop has other work. */
const namesPerRound = 200;
/** What was there and did not help is asked for again after this time only. */
const askAgainMs = 600_000;
/** What arrives within this time is looked at together: whoever waits for several of it is asked for once. */
const gatherMs = 1_000;
/** A name that is forgotten is looked for in the rounds. */
const arrivedMax = 20_000;

/**
 * Releases held records when what they wait for is there: their keys are read at the source again, and the success
 * clears them. Looks at what is there now, not at events, so it does not matter who was running when it came.
 */
export class Releases {
  readonly #context: Context;
  readonly #awaited: Awaited;
  readonly #places: ReadonlyMap<string, ParkedPlace>;
  readonly #requestRefresh: RequestRefresh;
  readonly #stopping = new AbortController();
  /** By parked key: when it was asked for. */
  readonly #askedAt = new Map<string, number>();
  /** Name after which the next round begins, by kind. */
  readonly #reached = new Map<string, string>();
  /** By kind and name, when it was told to be there. */
  readonly #arrivedAt = new BoundedMap<string, number>(arrivedMax);
  #isGathering = false;
  #working: Promise<void> = Promise.resolve();

  constructor(context: Context, awaited: Awaited, places: ReadonlyMap<string, ParkedPlace>) {
    this.#context = context;
    this.#awaited = awaited;
    this.#places = places;
    this.#requestRefresh = refreshRequester(context.bus, readerIn(context.group), context.clock);
  }

  start(): void {
    this.#context.mappings.onChange(() => this.#enqueue(() => this.#releaseMapped()));
    void this.#rounds();
  }

  /** It was made here, so whoever waits for it, or is about to be parked for want of it, need not wait for a round. */
  arrived(kinds: readonly string[], name: string): void {
    const at = this.#context.clock.now();
    for (const kind of kinds) this.#arrivedAt.set(`${kind}/${name}`, at);
    if (this.#places.size > 0) this.#gather();
  }

  held(waitsFor: string): void {
    if (this.#arrivalOf(waitsFor) > 0) this.#gather();
  }

  /** Waits for nothing: what was being asked for is asked for again by whoever comes next. */
  stop(): void {
    this.#stopping.abort('stopping');
  }

  async #rounds(): Promise<void> {
    const { clock, policy } = this.#context;
    while (!this.#stopping.signal.aborted) {
      this.#enqueue(async () => {
        for (const key of this.#askedAt.keys()) if (!this.#places.has(key)) this.#askedAt.delete(key);
        await this.#releaseMapped();
        for (const [kind, look] of Object.entries(this.#awaited)) await this.#releaseFound(kind, look);
      });
      await this.#working;
      await clock.wait(policy.heldLookMs, this.#stopping.signal);
    }
  }

  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    void this.#context.clock.wait(gatherMs, this.#stopping.signal).then(() => {
      this.#isGathering = false;
      this.#enqueue(() => this.#releaseArrived());
    });
  }

  /** When that which is waited for arrived, 0: it is not known to. A name may have something before it: `variant/CODES/SKU`. */
  #arrivalOf(waitsFor: string): number {
    const [kind, ...parts] = waitsFor.split('/');
    const names = [parts.join('/'), parts.slice(1).join('/')];
    return Math.max(...names.map((name) => this.#arrivedAt.get(`${kind}/${name}`) ?? 0));
  }

  async #releaseArrived(): Promise<void> {
    /** By kind and name: who waits for it. */
    const waiting = new Map<string, Map<string, string[]>>();
    for (const [key, { waitsFor }] of this.#places) {
      if (waitsFor === null || this.#arrivalOf(waitsFor) <= (this.#askedAt.get(key) ?? 0)) continue;
      const kind = waitsFor.slice(0, waitsFor.indexOf('/'));
      const names = waiting.get(kind) ?? new Map<string, string[]>();
      waiting.set(kind, names);
      const name = waitsFor.slice(kind.length + 1);
      const own = names.get(name) ?? [];
      own.push(key);
      names.set(name, own);
    }
    for (const [kind, all] of waiting) {
      const asked = [...all];
      for (let from = 0; from < asked.length; from += namesPerRound) {
        const some = asked.slice(from, from + namesPerRound);
        const found = await this.#awaited[kind]?.(some.map(([name]) => name));
        const keys = some.flatMap(([, own]) => own);
        await this.#release('arrived', keys, ({ waitsFor }, _kind, name, askedAt) => {
          return found?.has(name) === true && askedAt < this.#arrivalOf(waitsFor!);
        });
      }
    }
  }

  /** One after the other, so that nothing is asked for twice. What fails is tried again in the next round. */
  #enqueue(work: () => Promise<void>): void {
    this.#working = this.#working.then(async () => {
      if (this.#stopping.signal.aborted) return;
      await work().catch((error: unknown) => {
        if (!this.#stopping.signal.aborted)
          this.#context.log.warn({ err: error }, 'held records were not looked through, trying again');
      });
    });
  }

  /** Once per change of the mapping, whatever comes of it: what was parked later was judged by the new one. */
  #releaseMapped(): Promise<void> {
    const { mappings } = this.#context;
    return this.#release('mapped', this.#places.keys(), ({ parkedAt }, kind, name, askedAt) => {
      if (kind !== 'configuration') return false;
      const path = splitKey(name, 3) ?? name.split('/');
      const changedAt = mappings.changedAt(path);
      return mappings.has(path) && askedAt < changedAt && parkedAt < changedAt + inWorkMs;
    });
  }

  async #releaseFound(kind: string, look: Awaited[string]): Promise<void> {
    const names = this.#nextNames(kind);
    if (names.length === 0) return;
    const found = await look(names);
    const before = this.#context.clock.now() - askAgainMs;
    await this.#release('there now', this.#places.keys(), (_place, ofKind, name, askedAt) => {
      return ofKind === kind && found.has(name) && askedAt <= before;
    });
  }

  /** The names after those of the round before, from the beginning again when all were asked for. */
  #nextNames(kind: string): string[] {
    const names = new Set<string>();
    for (const { waitsFor } of this.#places.values())
      if (waitsFor?.startsWith(`${kind}/`)) names.add(waitsFor.slice(kind.length + 1));
    const reached = this.#reached.get(kind) ?? '';
    const sorted = [...names].toSorted();
    const after = sorted.filter((name) => name > reached).slice(0, namesPerRound);
    const next = after.length > 0 ? after : sorted.slice(0, namesPerRound);
    this.#reached.set(kind, next.at(-1) ?? '');
    return next;
  }

  async #release(reason: string, keys: Iterable<string>, isDue: IsDue): Promise<void> {
    const { clock, log } = this.#context;
    if (this.#stopping.signal.aborted) return;
    const keysByTopic = new Map<string, Set<string>>();
    const due: string[] = [];
    for (const key of keys) {
      const place = this.#places.get(key);
      if (place === undefined) continue;
      const [kind, name] = place.waitsFor === null ? [] : (splitKey(place.waitsFor, 2) ?? []);
      const target = refreshTargetOf(place);
      if (kind === undefined || name === undefined || target === null) continue;
      if (!isDue(place, kind, name, this.#askedAt.get(key) ?? 0)) continue;
      due.push(key);
      keysByTopic.set(target.topic, (keysByTopic.get(target.topic) ?? new Set()).add(target.key));
    }
    // Not after the answers: by then one may have been read again, and wait for something that has come since.
    const at = clock.now();
    for (const [topic, keys] of keysByTopic) await this.#requestRefresh(topic, [...keys], reason);
    for (const key of due) this.#askedAt.set(key, at);
    if (due.length > 0) log.info({ count: due.length, reason }, 'held records released');
  }
}

import { differenceKey } from '../../../schemas/keys.ts';
import { differences } from '../../../schemas/topics.ts';
import type { Difference } from '../../../schemas/types.ts';
import type { Clock } from '../../platform/clock.ts';
import { readToEnd } from '../../platform/kafka/read-to-end.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { Serial } from '../../platform/serial.ts';
import type { Cause } from '../causes.ts';
import type { Unlike } from '../compare/comparer.ts';

/** Where something may differ. */
export type Place = Pick<Difference, 'kind' | 'topic' | 'key' | 'side' | 'changedAt'> & {
  /** With which its fields begin. */
  prefix: string;
};

/** What differs, and why it may. */
export type Explained = Unlike & Pick<Cause, 'cause' | 'why' | 'fix'>;

export interface LedgerOptions {
  bus: Pick<Bus, 'publish' | 'tombstone' | 'readAll'>;
  instance: string;
  clock: Pick<Clock, 'now'>;
  /** From a request until its answer must have come: what is seen before does not tell that it has not helped. */
  answeredWithinMs: number;
}

/** About 50 MB. Where more differs it is not single rows that are wrong. */
const knownMax = 50_000;

/**
 * The differences that stand, as on `cartage.differences`: what is told of is published, and what is gone is tombstoned.
 * One process at a time writes there, the one that holds the lease.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  /** By their key on the topic. */
  readonly #known = new Map<string, Difference>();
  /** Keys there by topic and key of what differs. */
  readonly #ofKey = new Map<string, Set<string>>();
  /** Kinds and keys that the round under way has come to. */
  readonly #visited = new Set<string>();
  readonly #turns = new Serial();
  /** Told of and not kept: too many. */
  #passedOver = 0;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** What was published by whoever held the lease before. */
  async load(): Promise<void> {
    this.#known.clear();
    this.#ofKey.clear();
    await readToEnd(this.#options.bus, differences, ({ key, value }) => {
      this.#forget(key);
      if (value?.instance === this.#options.instance) this.#keep(value);
    });
  }

  all(): Iterable<Difference> {
    return this.#known.values();
  }

  get passedOver(): number {
    return this.#passedOver;
  }

  ofKey(topic: string, key: string): Difference[] {
    const ids = this.#ofKey.get(nameOf(topic, key)) ?? [];
    return [...ids].map((id) => this.#known.get(id)!);
  }

  begin(kind: string): void {
    for (const name of this.#visited) if (name.startsWith(`${kind} `)) this.#visited.delete(name);
    this.#passedOver = 0;
  }

  /** The round has come to it, and could not tell. */
  visit({ kind, topic, key }: Pick<Place, 'kind' | 'topic' | 'key'>): void {
    if (this.#ofKey.has(nameOf(topic, key))) this.#visited.add(nameOf(kind, key));
  }

  /** All that differs at a place now. */
  settle(place: Place, found: readonly Explained[]): Promise<void> {
    if (found.length === 0 && !this.#ofKey.has(nameOf(place.topic, place.key))) return Promise.resolve();
    return this.#inTurn(async () => {
      const { kind, topic, key, prefix } = place;
      const before = this.ofKey(topic, key).filter(
        (one) => one.kind === kind && one.field.startsWith(prefix),
      );
      const gone = before.filter(({ field }) => !found.some((one) => one.field === field));
      await Promise.all([
        ...gone.map((one) => this.#erase(one)),
        ...found.map((one) => this.#tell(place, one)),
      ]);
      this.visit(place);
    });
  }

  /** The round has come to its end: what it has not come to is not there any more. */
  end(kind: string): Promise<void> {
    return this.#inTurn(async () => {
      const isLeft = (one: Difference) => one.kind === kind && !this.#visited.has(nameOf(kind, one.key));
      for (const one of [...this.#known.values()].filter(isLeft)) await this.#erase(one);
    });
  }

  /** The key was asked for again, by whomever. */
  noteAsked(topic: string, key: string, at: number): Promise<void> {
    return this.#inTurn(async () => {
      for (const one of this.ofKey(topic, key))
        if (one.repairedAt === null || one.repairedAt < at)
          await this.#publish({ ...one, repairs: one.repairs + 1, repairedAt: at, repair: 'asked' });
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    return this.#turns.run('', work);
  }

  async #tell(place: Place, { money, facts: _facts, ...said }: Explained): Promise<void> {
    const { instance, clock } = this.#options;
    const { prefix: _prefix, ...where } = place;
    const now = clock.now();
    const known = this.#known.get(differenceKey({ instance, ...where, field: said.field }));
    if (known === undefined && this.#known.size >= knownMax) return void (this.#passedOver += 1);
    const isSame = known?.wanted === said.wanted && known.found === said.found;
    const difference: Difference = {
      instance,
      ...where,
      ...said,
      valueMinor: money?.minor ?? null,
      digits: money?.digits ?? null,
      currency: money?.currency ?? null,
      firstSeenAt: known?.firstSeenAt ?? now,
      seenAt: isSame ? known.seenAt : now,
      repairs: known?.repairs ?? 0,
      repairedAt: known?.repairedAt ?? null,
      repair: isSame ? this.#repairOf(known, now) : 'none',
    };
    if (JSON.stringify(difference) !== JSON.stringify(known && inOrder(known, difference)))
      await this.#publish(difference);
  }

  /** What was asked for and differs just so after its answer must have come was not helped by it. */
  #repairOf({ repair, repairedAt }: Difference, now: number): string {
    const isAnswered = repairedAt !== null && now - repairedAt > this.#options.answeredWithinMs;
    return repair === 'asked' && isAnswered ? 'failed' : repair;
  }

  async #publish(value: Difference): Promise<void> {
    await this.#options.bus.publish(differences, { value });
    this.#keep(value);
  }

  async #erase(difference: Difference): Promise<void> {
    const id = differenceKey(difference);
    await this.#options.bus.tombstone(differences, id);
    this.#forget(id);
  }

  #keep(value: Difference): void {
    const id = differenceKey(value);
    this.#known.set(id, value);
    const name = nameOf(value.topic, value.key);
    const ids = this.#ofKey.get(name) ?? new Set();
    this.#ofKey.set(name, ids.add(id));
  }

  #forget(id: string): void {
    const known = this.#known.get(id);
    if (known === undefined) return;
    this.#known.delete(id);
    const name = nameOf(known.topic, known.key);
    const ids = this.#ofKey.get(name)!;
    ids.delete(id);
    if (ids.size === 0) this.#ofKey.delete(name);
  }
}

const nameOf = (of: string, key: string) => `${of} ${key}`;

/** Its members in the order of the other's: records that were read have that of the schema. */
function inOrder(known: Difference, like: Difference): object {
  return Object.fromEntries(Object.keys(like).map((name) => [name, known[name as keyof Difference]]));
}

import { audit } from '../../schemas/topics.ts';
import type { Audit } from '../../schemas/types.ts';
import type { Bus } from '../platform/kafka/types.ts';
import { readToEnd } from '../platform/kafka/read-to-end.ts';
import { Newest } from './newest.ts';

/** An act may have a thousand keys: `count` says how many. */
const keysShown = 20;

/** The newest acts of people, of all instances on the broker: an act names none. */
export class Acts {
  readonly #newest: Newest<Audit>;

  constructor(limit: number) {
    this.#newest = new Newest(limit, ({ at }) => at);
  }

  add(act: Audit): void {
    this.#newest.add({ ...act, keys: act.keys.slice(0, keysShown) });
  }

  /** Newest first. */
  list(): Audit[] {
    return this.#newest.entries().toReversed();
  }
}

/** What was done since, at most `limit` of it. */
export async function actsSince(bus: Pick<Bus, 'readAll'>, sinceMs: number, limit: number): Promise<Audit[]> {
  const acts = new Acts(limit);
  await readToEnd(bus, audit, ({ value }) => void (value && value.at >= sinceMs && acts.add(value)), {
    sinceMs,
  });
  return acts.list();
}

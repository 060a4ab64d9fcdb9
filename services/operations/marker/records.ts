/** What runs of the marker order have made, as `cartage.audit` keeps it: only that is ever removed again. */
import { audit } from '../../../schemas/topics.ts';
import { readToEnd } from '../../platform/kafka/read-to-end.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { recordAct } from '../act.ts';
import type { Actor } from '../act.ts';

/** Written before each thing is made, so that it may be on record and not there; never the other way round. */
export interface Made {
  run: string;
  sku: string;
  /** Whether it was begun to be made in the ERP; else it is a product of somebody. */
  product: boolean;
  /** Entity id in the shop; `perhaps` from before it is placed until it is known. */
  order: string | null;
  number: string | null;
  key: string | null;
  /** Of the ERP. */
  id: string | null;
  reference: string | null;
  /** Whether it was begun to be made in the ERP. */
  parcel: boolean;
  /** What had to be removed is. */
  over: boolean;
}

export const nothingMade: Omit<Made, 'run' | 'sku'> = {
  product: false,
  order: null,
  number: null,
  key: null,
  id: null,
  reference: null,
  parcel: false,
  over: false,
};

/** How it is found again. */
const action = 'marker-order';

/** Those of one line: what was made in another shop, or another ERP, is not here to be removed. */
export class MarkerRecords {
  readonly #bus: Pick<Bus, 'publish' | 'readAll'>;
  readonly #actor: Actor;
  readonly #line: string;
  readonly #reason: string | undefined;

  /** @param line instance and hosts */
  constructor(bus: Pick<Bus, 'publish' | 'readAll'>, actor: Actor, line: string, reason?: string) {
    this.#bus = bus;
    this.#actor = actor;
    this.#line = line;
    this.#reason = reason;
  }

  /** @throws Unavailable */
  async note(made: Made, subject: string): Promise<void> {
    const keys = Object.entries({ line: this.#line, ...made })
      .filter(([, value]) => value !== null && value !== false)
      .map(([name, value]) => `${name}=${value}`);
    await recordAct(this.#bus, this.#actor, { action, subject, keys, reason: this.#reason });
  }

  /** What each run has made, those noted last behind the others. */
  async all(): Promise<Made[]> {
    const runs = new Map<string, { made: Made; at: number }>();
    await readToEnd(this.#bus, audit, ({ value }) => {
      if (value === null || value.action !== action) return;
      const noted = fieldsOf(value.keys);
      if (noted.get('line') !== this.#line || !noted.has('run')) return;
      const made = madeOf(noted);
      const known = runs.get(made.run);
      const isOver = made.over || (known?.made.over ?? false);
      // Acts of several people lie on several partitions.
      const newest = known === undefined || value.at >= known.at ? { made, at: value.at } : known;
      runs.set(made.run, { ...newest, made: { ...newest.made, over: isOver } });
    });
    return [...runs.values()].toSorted((one, other) => one.at - other.at).map(({ made }) => made);
  }
}

const fieldsOf = (keys: readonly string[]) =>
  new Map(keys.map((key) => [key.slice(0, key.indexOf('=')), key.slice(key.indexOf('=') + 1)]));

function madeOf(noted: ReadonlyMap<string, string>): Made {
  const textOf = (name: keyof Made) => noted.get(name) ?? null;
  return {
    run: noted.get('run')!,
    sku: noted.get('sku') ?? '',
    product: noted.has('product'),
    order: textOf('order'),
    number: textOf('number'),
    key: textOf('key'),
    id: textOf('id'),
    reference: textOf('reference'),
    parcel: noted.has('parcel'),
    over: noted.has('over'),
  };
}

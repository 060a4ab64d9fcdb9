import { splitKey, stockKey } from '../../schemas/keys.ts';
import { outcomes, refresh, stock as stockContract } from '../../schemas/topics.ts';
import type { Outcome, Version } from '../../schemas/types.ts';
import { foldSku } from '../magento/sku.ts';
import { BoundedMap } from '../platform/bounded-map.ts';
import type { Clock } from '../platform/clock.ts';
import { groupOf } from '../platform/groups.ts';
import type { Bus } from '../platform/kafka/types.ts';

export interface AppliedStockOptions {
  bus: Pick<Bus, 'readAll'>;
  instance: string;
  clock: Pick<Clock, 'now'>;
}

/** About 20 MB. */
const rememberedKeys = 100_000;
/** What was applied before is asked for again where it matters. */
const lookBackMs = 600_000;

/** After these nothing older of the key is begun any more; what was superseded is followed by another outcome. */
const final = new Set(['applied', 'unchanged', 'held', 'rejected']);
/** Of what the ERP does not have, and of which nothing was ever told: nothing older can come. */
const never: Version = { epoch: Infinity, number: 0 };

/** Up to which position of the ERP's log the stock of each key is in the shop, from the outcomes of its applier. */
export class AppliedStock {
  /** More has become known. */
  onNews: () => void = () => undefined;
  readonly #options: AppliedStockOptions;
  readonly #applier: string;
  readonly #ingester: string;
  readonly #newest = new BoundedMap<string, Version>(rememberedKeys);

  constructor(options: AppliedStockOptions) {
    this.#options = options;
    this.#applier = groupOf(options.instance, 'inventory-applier');
    this.#ingester = groupOf(options.instance, 'erp-ingester');
  }

  /** Resolves when what was applied lately is known. @returns how to end it. */
  async follow(): Promise<() => Promise<void>> {
    const { bus, clock } = this.#options;
    const reading = await bus.readAll(outcomes, {
      sinceMs: clock.now() - lookBackMs,
      onRecord: ({ value }) => value && this.#note(value),
    });
    await reading.caughtUp;
    return () => reading.stop();
  }

  /** Whether what the ERP had at that position, or later, is the newest that is written. */
  has(place: { source: string; sku: string }, { epoch, number }: Version): boolean {
    const newest = this.#newest.get(nameOf(place));
    if (newest === undefined) return false;
    return newest.epoch > epoch || (newest.epoch === epoch && newest.number >= number);
  }

  #note({ group, topic, key, status, version }: Outcome): void {
    const isStock = group === this.#applier && topic === stockContract.topic && final.has(status);
    // Nobody else is asked for keys of two parts.
    const isUnknown = group === this.#ingester && topic === refresh.topic && status === 'unchanged';
    const known = isStock ? version : isUnknown ? never : null;
    const [source, sku] = splitKey(key, 2) ?? [];
    if (known === null || source === undefined || sku === undefined) return;
    this.#newest.set(nameOf({ source, sku }), known);
    this.onNews();
  }
}

/** The shop may spell the SKU otherwise than the ERP. */
function nameOf({ source, sku }: { source: string; sku: string }): string {
  return stockKey({ source, sku: foldSku(sku) });
}

import { joinKey, splitKey } from '../../schemas/keys.ts';
import { stock } from '../../schemas/topics.ts';
import { foldSku } from '../magento/sku.ts';
import type { PublishedIndex } from './published-index.ts';
import type { StreamRecord } from '../erp/rows/row.ts';
import { SkuSpellings } from './sku-spellings.ts';

/** A record about a SKU. */
interface OfSku extends StreamRecord {
  sku: string;
  twin: string | null;
  source?: string;
}

export interface SpellingsOptions {
  /** Has a key of a topic's stream asked again, by the source key of a record. */
  askAgain: (topic: string, sourceKey: string) => void;
}

/**
 * Under which spellings the ERP has each SKU, over all topics. Magento takes SKUs that differ by letter case or accents
 * alone for one product (FACTS section 7), an ERP may have both: then each would overwrite the other for ever. So a record
 * says it (`twin`) where some topic has two spellings at a time, in every topic that has one of them, and its deletion
 * where the SKU lives on under the other: a SKU that was only spelled anew is not taken from the shop by that. One spelling
 * in one topic and another in the next are one product, spelled carelessly, and no twins.
 *
 * What the topics hold is asked of their indexes.
 */
export class Spellings {
  readonly #options: SpellingsOptions;
  readonly #spellings = new SkuSpellings();
  readonly #indexes = new Map<string, PublishedIndex>();
  readonly #sources = new Set<string>();
  /** SKUs that have become twins: the other records of theirs do not tell of it yet. */
  readonly #untold = new Set<string>();

  constructor(options: SpellingsOptions) {
    this.#options = options;
  }

  /** A topic, with what was read back of it. */
  add(topic: string, index: PublishedIndex, names: readonly string[]): void {
    if (names.at(-1) !== 'sku') return;
    this.#indexes.set(topic, index);
    for (const identity of index.live()) {
      const parts = splitKey(identity, names.length);
      if (parts === null) continue;
      if (names.length > 1) this.#sources.add(parts[0]!);
      const sku = parts.at(-1)!;
      const isFirst = this.#spellings.add(sku);
      if (!isFirst && this.#beside(topic, sku) !== null) this.#untold.add(foldSku(sku));
    }
  }

  /** After all topics are added: those that became twins while nobody looked are asked again. */
  askUntold(): void {
    for (const fold of this.#untold) this.#askAgain(fold);
    this.#untold.clear();
  }

  /** The record as it is to be published. */
  mark<Value extends StreamRecord>(topic: string, value: Value): Value {
    if (!isOfSku(value)) return value;
    if (value.source !== undefined) this.#sources.add(value.source);
    if (!value.deleted && !this.#spellings.isOnly(value.sku)) {
      this.#spellings.add(value.sku);
      if (this.#beside(topic, value.sku) !== null && !this.#isLive(topic, value.sku))
        this.#untold.add(foldSku(value.sku));
    }
    const twin = this.#spellings.isOnly(value.sku) ? null : this.#twinOf(topic, value);
    return value.twin === twin ? value : { ...value, twin };
  }

  /** The broker has it, and the index knows. */
  published(value: StreamRecord): void {
    if (!isOfSku(value)) return;
    if (this.#untold.size === 0 && !value.deleted) return;
    const fold = foldSku(value.sku);
    const isNews = this.#untold.delete(fold) || (value.deleted === true && value.twin !== null);
    if (value.deleted) this.#forget(value.sku);
    if (isNews) this.#askAgain(fold);
  }

  #twinOf(topic: string, { sku, deleted }: OfSku): string | null {
    const beside = this.#beside(topic, sku);
    if (beside !== null || deleted) return beside;
    const spellings = this.#spellings.of(sku);
    if (spellings.length > 1)
      for (const elsewhere of this.#indexes.keys()) {
        const live = spellings.filter((spelling) => this.#isLive(elsewhere, spelling));
        if (live.length > 1) return live.find((spelling) => spelling !== sku)!;
      }
    return null;
  }

  /** Another spelling that is live in the same topic. */
  #beside(topic: string, sku: string): string | null {
    const others = this.#spellings.of(sku).filter((other) => other !== sku);
    return others.find((other) => this.#isLive(topic, other)) ?? null;
  }

  #forget(sku: string): void {
    if (![...this.#indexes.keys()].some((topic) => this.#isLive(topic, sku))) this.#spellings.remove(sku);
  }

  #isLive(topic: string, sku: string): boolean {
    return this.#identitiesOf(topic, sku).length > 0;
  }

  /** Of the records that are published and not deleted. */
  #identitiesOf(topic: string, sku: string): string[] {
    const index = this.#indexes.get(topic);
    const names = topic === stock.topic ? [...this.#sources].map((source) => joinKey([source, sku])) : [sku];
    return names.filter((identity) => index?.isLive(identity));
  }

  #askAgain(fold: string): void {
    for (const [topic, index] of this.#indexes)
      for (const sku of this.#spellings.of(fold))
        for (const identity of this.#identitiesOf(topic, sku))
          this.#options.askAgain(topic, index.sourceKeyOf(identity)!);
  }
}

function isOfSku(value: StreamRecord): value is OfSku {
  return 'twin' in value;
}

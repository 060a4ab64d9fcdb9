import { foldSku } from '../magento/sku.ts';
import { TextTable, hashOf } from './text-table.ts';

/** How a SKU is spelled: as the shop compares it, in capitals, or otherwise. */
const [asFolded, inCapitals, odd] = [1, 2, 3];
const kindBits = 2;
const kindMask = (1 << kindBits) - 1;

/**
 * The spellings that each SKU has had, by what the shop compares; perhaps one more, of which whoever asks looks whether
 * somebody has it. A SKU of one spelling, as almost all are, takes six bytes outside the heap where it is in small letters
 * or in capitals throughout: 30 bits of the hash of its name and how it is spelled. Of two names whose 30 bits are alike
 * the one counts as spelled as the other is: then it is thought to have a spelling that it never had, never to lack one.
 */
export class SkuSpellings {
  /** By the hash of the folded name and on from there: kind, and those 30 bits or the number of an odd spelling; 0: none. */
  #slots = new Int32Array(1_024);
  #size = 0;
  readonly #odd = new TextTable();
  /** Of those that have had several: all they have. */
  readonly #several = new Map<string, readonly string[]>();

  of(sku: string): readonly string[] {
    const fold = foldSku(sku);
    const several = this.#several.get(fold);
    if (several !== undefined) return several;
    const entry = this.#slots[this.#slotOf(fold)]!;
    return entry === 0 ? [] : [this.#spelled(entry, fold)];
  }

  /** Whether there is this one, and no other. */
  isOnly(sku: string): boolean {
    const fold = foldSku(sku);
    const several = this.#several.get(fold);
    if (several !== undefined) return several.length === 1 && several[0] === sku;
    const entry = this.#slots[this.#slotOf(fold)]!;
    return entry !== 0 && this.#spelled(entry, fold) === sku;
  }

  /** @returns whether it is the only one. */
  add(sku: string): boolean {
    const fold = foldSku(sku);
    const slot = this.#slotOf(fold);
    const entry = this.#slots[slot]!;
    if (entry === 0) this.#keep(sku, fold, slot);
    const known = this.#several.get(fold) ?? [entry === 0 ? sku : this.#spelled(entry, fold)];
    if (!known.includes(sku)) this.#several.set(fold, [...known, sku]);
    return known.length === 1 && known[0] === sku;
  }

  /** One of several; a single one stays. */
  remove(sku: string): void {
    const fold = foldSku(sku);
    const left = this.#several.get(fold)?.filter((other) => other !== sku);
    if (left?.length === 0) this.#several.delete(fold);
    else if (left !== undefined) this.#several.set(fold, left);
  }

  #keep(sku: string, fold: string, slot: number): void {
    this.#slots[slot] = this.#entryOf(sku, fold);
    this.#size += 1;
    if (4 * this.#size > 3 * this.#slots.length) this.#spread();
  }

  #entryOf(sku: string, fold: string): number {
    if (sku === fold) return (bitsOf(fold) << kindBits) | asFolded;
    if (sku === fold.toUpperCase()) return (bitsOf(fold) << kindBits) | inCapitals;
    return (this.#odd.add(sku) << kindBits) | odd;
  }

  #spelled(entry: number, fold: string): string {
    const kind = entry & kindMask;
    if (kind === asFolded) return fold;
    return kind === inCapitals ? fold.toUpperCase() : this.#odd.at(entry >>> kindBits);
  }

  /** Where the name is, or would be put. */
  #slotOf(fold: string): number {
    const bits = bitsOf(fold);
    const mask = this.#slots.length - 1;
    for (let slot = bits & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]!;
      if (entry === 0) return slot;
      const isIt =
        (entry & kindMask) === odd
          ? foldSku(this.#odd.at(entry >>> kindBits)) === fold
          : entry >>> kindBits === bits;
      if (isIt) return slot;
    }
  }

  #spread(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(2 * before.length);
    const mask = this.#slots.length - 1;
    for (const entry of before) {
      if (entry === 0) continue;
      const number = entry >>> kindBits;
      const bits = (entry & kindMask) === odd ? bitsOf(foldSku(this.#odd.at(number))) : number;
      let slot = bits & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = entry;
    }
  }
}

function bitsOf(fold: string): number {
  return hashOf(fold) >>> kindBits;
}

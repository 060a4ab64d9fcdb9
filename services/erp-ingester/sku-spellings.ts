import { foldSku } from '../magento/sku.ts';
import { Column } from './column.ts';
import { TextTable } from './text-table.ts';

const [none, asFolded, inCapitals, firstOdd] = [0, 1, 2, 3];

/**
 * The spellings of each SKU, by what the shop compares. A SKU of one spelling, as almost all are, is a number outside the
 * heap beside its folded name, about 35 bytes: in small letters, in capitals, or the place of what is neither.
 */
export class SkuSpellings {
  readonly #folds = new TextTable();
  readonly #single = new Column(Int32Array);
  readonly #odd: string[] = [];
  /** Of those that have several. */
  readonly #several = new Map<string, readonly string[]>();

  of(sku: string): readonly string[] {
    const fold = foldSku(sku);
    const several = this.#several.get(fold);
    if (several !== undefined) return several;
    const number = this.#folds.find(fold);
    const code = number < 0 ? none : this.#single.get(number);
    if (code === none) return [];
    if (code === asFolded) return [fold];
    return [code === inCapitals ? fold.toUpperCase() : this.#odd[code - firstOdd]!];
  }

  /** Whether there is this one, and no other. */
  isOnly(sku: string): boolean {
    const fold = foldSku(sku);
    const number = this.#folds.find(fold);
    if (number < 0 || this.#several.has(fold)) return false;
    const code = this.#single.get(number);
    if (code === asFolded) return sku === fold;
    if (code === none) return false;
    return sku === (code === inCapitals ? fold.toUpperCase() : this.#odd[code - firstOdd]);
  }

  add(sku: string): void {
    if (this.isOnly(sku)) return;
    const known = this.of(sku);
    if (!known.includes(sku)) this.#keep(foldSku(sku), [...known, sku]);
  }

  remove(sku: string): void {
    const known = this.of(sku);
    if (known.includes(sku))
      this.#keep(
        foldSku(sku),
        known.filter((other) => other !== sku),
      );
  }

  #keep(fold: string, spellings: readonly string[]): void {
    if (spellings.length > 1) {
      this.#several.set(fold, spellings);
      return;
    }
    this.#several.delete(fold);
    this.#single.set(this.#folds.add(fold), this.#codeOf(fold, spellings[0]));
  }

  #codeOf(fold: string, spelling: string | undefined): number {
    if (spelling === undefined) return none;
    if (spelling === fold) return asFolded;
    if (spelling === fold.toUpperCase()) return inCapitals;
    return firstOdd + this.#odd.push(spelling) - 1;
  }
}

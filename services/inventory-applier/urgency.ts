import { decimalOf } from '../platform/decimal.ts';

const rememberedKeys = 200_000;

/** Whether a change sells a SKU out or restocks it: those go first (R44), oversell must not wait behind a full feed. */
export class Urgency {
  /** True when the quantity last written was above zero. */
  private readonly inStock = new Map<string, boolean>();

  isUrgent(key: string, quantity: string): boolean {
    const before = this.inStock.get(key);
    const now = decimalOf(quantity) > 0n;
    // Of a key not yet seen by this process nothing is known: sold out is the dangerous case.
    return before === undefined ? !now : before !== now;
  }

  written(key: string, quantity: string): void {
    this.inStock.delete(key);
    this.inStock.set(key, decimalOf(quantity) > 0n);
    if (this.inStock.size <= rememberedKeys) return;
    for (const oldest of this.inStock.keys()) {
      this.inStock.delete(oldest);
      return;
    }
  }
}

import { BoundedMap } from '../platform/bounded-map.ts';

const rememberedKeys = 200_000;

/** Whether a change sells a SKU out or restocks it: those go first, oversell must not wait behind a full feed. */
export class Urgency {
  /** Whether the key was in stock as it was written last. */
  readonly #written = new BoundedMap<string, boolean>(rememberedKeys);

  /** @param inStock as the shop will show it, the safety buffer taken off. */
  isUrgent(key: string, inStock: boolean): boolean {
    const before = this.#written.get(key);
    // Of a key not yet seen by this process nothing is known: sold out is the dangerous case.
    return before === undefined ? !inStock : before !== inStock;
  }

  note(key: string, inStock: boolean): void {
    this.#written.set(key, inStock);
  }
}

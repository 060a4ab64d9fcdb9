import { Rejected } from '../../platform/errors.ts';
import type { Fault } from '../../platform/errors.ts';

/** Of one record; the others are told when these are mended. */
const toldMax = 10;

/**
 * What an order (a customer) refers to and the ERP does not have. It is looked for to the end and told at once: whoever mends
 * one of them should not have to release the order to be told of the next.
 */
export class Absent {
  readonly #faults: Fault[] = [];

  /** @returns undefined in place of what is missing */
  async of<Found>(look: () => Promise<Found>): Promise<Found | undefined> {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof Rejected) || !error.fault.code.endsWith('.erp_missing')) throw error;
      this.#faults.push(error.fault);
      return undefined;
    }
  }

  /** @throws Rejected, where anything was missing */
  tell(): void {
    const [first] = this.#faults;
    if (first === undefined) return;
    const told = this.#faults.slice(0, toldMax).map(({ what }) => what);
    const rest = this.#faults.length - told.length;
    throw new Rejected({ ...first, what: [...told, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ') });
  }
}

import { Rejected } from '../../platform/errors.ts';
import type { Fault } from '../../platform/errors.ts';

/** Of one record; the others are told when these are mended. */
const toldMax = 10;

/**
 * What an order (a customer) refers to and the ERP does not have. It is told at once, up to ten of a kind: whoever mends one
 * of them should not have to release the order to be told of the next.
 */
export class Absent {
  readonly #faults: Fault[] = [];

  /** @returns undefined in place of what is missing */
  async of<Found>(look: () => Promise<Found>): Promise<Found | undefined> {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      if (!error.fault.code.endsWith('.erp_missing')) {
        // What is missing may have led to this one, and is what to mend.
        this.tell();
        throw error;
      }
      this.#faults.push(error.fault);
      return undefined;
    }
  }

  /** So much is missing that no more is told: each further look would be a question to the ERP for nothing. */
  get isEnough(): boolean {
    return this.#faults.length >= toldMax;
  }

  /** @throws Rejected, where anything was missing */
  tell(): void {
    const [first] = this.#faults;
    if (first === undefined) return;
    const told = this.#faults.slice(0, toldMax).map(({ what }) => what);
    throw new Rejected({
      ...first,
      what: [...told, ...(this.isEnough ? ['and perhaps more'] : [])].join('; '),
    });
  }
}

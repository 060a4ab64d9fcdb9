import type { CodeIds } from '../magento/code-ids.ts';
import { Held } from '../platform/errors.ts';

/** Store view codes to the shop's ids. */
export class StoreIds {
  readonly #views: CodeIds;

  constructor(views: CodeIds) {
    this.#views = views;
  }

  /** @throws Held when the shop has no such store view. */
  async of(code: string): Promise<number> {
    const id = await this.#views.idOf(code);
    if (id !== null) return id;
    throw new Held({
      code: 'shipment.store_unknown',
      what: `The shop has no store view ${code}`,
      fix: `Correct the store in the ERP's document; the shop has: ${this.#views.knownCodes().join(', ')}`,
    });
  }
}

import type { Store } from '../magento/store.ts';
import { Held } from '../platform/errors.ts';

/** Store view codes to the shop's ids. Asked once, and again when a code is not known. */
export class StoreIds {
  private ids = new Map<string, number>();
  private readonly store: Pick<Store, 'views'>;

  constructor(store: Pick<Store, 'views'>) {
    this.store = store;
  }

  async of(code: string): Promise<number> {
    if (!this.ids.has(code))
      this.ids = new Map((await this.store.views()).map((view) => [view.code, view.id]));
    const id = this.ids.get(code);
    if (id !== undefined) return id;
    throw new Held({
      code: 'shipment.store_unknown',
      what: `The shop has no store view ${code}`,
      fix: `Correct the store in the ERP's document; the shop has: ${[...this.ids.keys()].join(', ')}`,
    });
  }
}

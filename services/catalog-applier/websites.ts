import type { Store } from '../magento/store.ts';
import { Held } from '../platform/errors.ts';

/** Website codes of the configuration to the shop's ids. Asked once, and again when a code is not known. */
export class WebsiteIds {
  private ids = new Map<string, number>();
  private readonly store: Pick<Store, 'websites'>;

  constructor(store: Pick<Store, 'websites'>) {
    this.store = store;
  }

  async of(codes: readonly string[]): Promise<number[]> {
    if (codes.some((code) => !this.ids.has(code)))
      this.ids = new Map((await this.store.websites()).map(({ id, code }) => [code, id]));
    return codes.map((code) => {
      const id = this.ids.get(code);
      if (id !== undefined) return id;
      throw new Held({
        code: 'product.website_unknown',
        what: `The shop has no website ${code}`,
        fix: `Correct catalog.websites in the configuration; the shop has: ${[...this.ids.keys()].join(', ')}`,
        waitsFor: 'configuration/catalog/websites',
      });
    });
  }
}

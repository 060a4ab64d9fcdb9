import type { Product } from '../../../schemas/types.ts';
import { CodeIds } from '../../magento/code-ids.ts';
import type { Magento } from '../../magento/magento.ts';
import type { MagentoProduct, ViewedProduct } from '../../magento/products.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Config } from '../../platform/config/schema.ts';
import { translatedTexts } from '../../wanted/products/product-mapping.ts';
import type { Unlike } from '../compare/comparer.ts';
import { inBrief } from './product-parts.ts';
import type { Brief, ProductParts } from './product-parts.ts';

/** What a store view is to show, as far as the ERP says so. */
export interface WantedTranslation {
  view: string;
  name: string | null;
  attributes: Readonly<Record<string, Brief>>;
}

/** What each view shows, by its code, of the products by their SKU. */
export type Views = ReadonlyMap<string, ReadonlyMap<string, ViewedProduct>>;

interface Translated {
  sku: string;
  is: { translations: readonly WantedTranslation[] } | null;
}

/** @throws Rejected for what is not written */
export const translationsOf = (product: Product, catalog: Config['catalog']): WantedTranslation[] =>
  (product.translations ?? []).map((translation) => {
    const { name, attributes } = translatedTexts(product, translation, catalog);
    return { view: translation.view, name, attributes: inBrief(attributes) };
  });

/** The texts of single store views. Of a view that the shop does not have nothing is said: what is for it is held. */
export class ProductTranslations {
  readonly #products: Magento['products'];
  readonly #parts: Pick<ProductParts, 'unlikeValues'>;
  readonly #views: CodeIds;

  constructor(
    { products, store }: Pick<Magento, 'products' | 'store'>,
    parts: Pick<ProductParts, 'unlikeValues'>,
    clock: Pick<Clock, 'now'>,
  ) {
    this.#products = products;
    this.#parts = parts;
    this.#views = new CodeIds(() => store.views(), clock);
  }

  /** One question for each view that one of them is translated for. */
  async shown(wanted: readonly Translated[]): Promise<Views> {
    const skus = new Map<string, string[]>();
    for (const { sku, is } of wanted)
      for (const { view } of is?.translations ?? []) skus.set(view, [...(skus.get(view) ?? []), sku]);
    const shown = new Map<string, ReadonlyMap<string, ViewedProduct>>();
    for (const [view, own] of skus)
      if (await this.#views.idOf(view)) shown.set(view, await this.#products.inView(view, own));
    return shown;
  }

  async unlike({ sku, is }: Translated, found: MagentoProduct, shown: Views): Promise<Unlike[]> {
    const unlike: Unlike[] = [];
    for (const { view, name, attributes } of is?.translations ?? []) {
      const there = shown.get(view)?.get(sku);
      if (there === undefined) continue;
      const own = { ...found, custom_attributes: there.custom_attributes };
      const differing = [
        ...(name === null || name === there.name ? [] : [{ field: 'name', wanted: name, found: there.name }]),
        ...(await this.#parts.unlikeValues(attributes, own)),
      ];
      unlike.push(...differing.map((one) => ({ ...one, field: `translations.${view}.${one.field}` })));
    }
    return unlike;
  }
}

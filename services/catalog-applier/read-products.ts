import type { Product } from '../../schemas/types.ts';
import type { CodeIds } from '../magento/code-ids.ts';
import type { MagentoProduct, Products, ViewedProduct } from '../magento/products.ts';
import type { Attempt } from '../platform/flow/outcome/outcome.ts';
import type { Received } from '../platform/kafka/types.ts';
import type { NewProducts } from './new-products.ts';

/** What the shop has of the products of a batch, by the SKU of the ERP. */
export interface ReadProducts {
  /** Null: it has none. One that was not asked for is not in it. */
  all: ReadonlyMap<string, MagentoProduct | null>;
  /** By code of a store view, what that shows of those that are translated for it. */
  views: ReadonlyMap<string, ReadonlyMap<string, ViewedProduct>>;
}

/** In one question for all of them, and one for each view. One that waits for its price needs none until that is there. */
export async function readProducts(
  records: readonly Received<Product>[],
  { pressing }: Attempt,
  products: Pick<Products, 'many' | 'inView'>,
  { newProducts, views: known }: { newProducts: NewProducts; views: CodeIds },
): Promise<ReadProducts> {
  const wanted = records.map(({ value }) => value!).filter(({ twin }) => twin === null);
  const asked = wanted.filter(({ sku }) => pressing || !newProducts.isWaiting(sku));
  const skus = asked.map(({ sku }) => sku);
  const found = await products.many(skus);
  const views = new Map<string, ReadonlyMap<string, ViewedProduct>>();
  const translated = asked.filter(({ sku, deleted }) => !deleted && found.has(sku));
  for (const view of new Set(
    translated.flatMap(({ translations }) => (translations ?? []).map((one) => one.view)),
  )) {
    if (!(await known.idOf(view))) continue;
    const its = translated.filter(({ translations }) => translations?.some((one) => one.view === view));
    views.set(
      view,
      await products.inView(
        view,
        its.map(({ sku }) => sku),
      ),
    );
  }
  return { all: new Map(skus.map((sku) => [sku, found.get(sku) ?? null])), views };
}

import { prices as pricesContract, products as productsContract } from '../../schemas/topics.ts';
import type { Contract } from '../../schemas/topics.ts';
import type { Prices, Product } from '../../schemas/types.ts';
import { CodeIds } from '../magento/code-ids.ts';
import type { StoreView } from '../magento/store.ts';
import type { Magento } from '../magento/magento.ts';
import { foldSku } from '../magento/sku.ts';
import type { Clock } from '../platform/clock.ts';
import type { BatchResult, StateFlow } from '../platform/flow/states/state-flow.ts';
import type { Received } from '../platform/kafka/types.ts';
import type { Mode } from '../platform/groups.ts';
import { CategoryTree } from '../magento/category-tree.ts';
import { Definitions } from './definitions.ts';
import { NewProducts } from './new-products.ts';
import { writePrices } from './prices/write-prices.ts';
import type { PriceOptions } from './prices/write-prices.ts';
import { PricePlaces } from '../wanted/prices/price-places.ts';
import { writeProduct } from './product.ts';
import type { ProductOptions } from './create-product.ts';
import { readProducts } from './read-products.ts';
import { SideBySide } from './side-by-side.ts';
import { linkable } from './variants.ts';
import { WebsiteIds } from './websites.ts';

export interface CatalogFlowOptions extends ProductOptions, PriceOptions {
  magento: Pick<
    Magento,
    'products' | 'prices' | 'attributes' | 'categories' | 'media' | 'store' | 'callsAtOnce'
  >;
  settleMs: number;
  mode: Mode;
  clock: Clock;
}

/**
 * Read by one question: of whole products their size is what counts (FACTS section 10), and a batch is told of when its
 * last write has ended. So many that one question for fifty is kept to where some batches are not full.
 */
const productsPerRead = 60;
/** Rows of one base-prices request: its time hardly grows with the rows (FACTS section 11), but some shops take 20. */
const pricesPerRequest = 20;

const websitesOf = (views: readonly StoreView[]) =>
  views.map(({ id, website_id: website }) => ({ id, code: String(website) }));

/**
 * Products and prices in one flow, because both write the same SKUs: one consumer group reads both topics, partition
 * by partition, and one lock per SKU keeps Magento from ever seeing two writes of one product at a time. Concurrent
 * creations would make several products with one SKU (FACTS section 7).
 */
export function catalogFlow(options: CatalogFlowOptions): StateFlow<Product | Prices> {
  const { magento, clock } = options;
  const known = {
    websites: new WebsiteIds(new CodeIds(() => magento.store.websites(), clock)),
    definitions: new Definitions(magento.attributes, clock),
    categories: new CategoryTree(magento.categories, clock),
    places: new PricePlaces(magento, clock),
    newProducts: new NewProducts(clock, () => magento.callsAtOnce() <= 1),
    views: new CodeIds(() => magento.store.views(), clock),
    websitesOfViews: new CodeIds(async () => websitesOf(await magento.store.views()), clock),
  };
  const sideBySide = new SideBySide(() => magento.callsAtOnce());
  return {
    name: 'catalog',
    contracts: [productsContract, pricesContract] as unknown as Contract<Product | Prices>[],
    mode: options.mode,
    concurrency: () => options.magento.callsAtOnce(),
    settleMs: options.settleMs,
    creates: true,
    batchGroupOf: (record) => record.topic,
    lockOf: (record) => foldSku(record.value!.sku),
    batchSize: (batchGroup) => (batchGroup === productsContract.topic ? productsPerRead : pricesPerRequest),
    probe: async () => void (await options.magento.store.views()),
    awaited: {
      product: async (skus) => new Set((await options.magento.products.existing(skus)).keys()),
      variant: (names) => linkable(names, options.magento.products),
      // Its host is asked by the next try alone.
      image: (skus) => Promise.resolve(new Set(skus)),
      category: known.categories.awaited,
      view: (codes) => known.views.those(codes),
      ...known.definitions.awaited,
    },
    apply: async (records, attempt) => {
      if (records[0]!.topic === pricesContract.topic)
        return (await writePrices(records as Received<Prices>[], attempt, options, known)) as BatchResult<
          Product | Prices
        >;
      const found = await readProducts(records as Received<Product>[], attempt, magento.products, known);
      return (await sideBySide.each(records as Received<Product>[], ({ value }) =>
        writeProduct(value!, found, attempt, options, known),
      )) as BatchResult<Product | Prices>;
    },
  };
}

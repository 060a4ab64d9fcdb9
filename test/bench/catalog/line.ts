import type { RunningProcess } from '../../../deploy/local/process.ts';
import { products } from '../../../schemas/topics.ts';
import { productRows } from '../../../services/erp/rows/products.ts';
import { ApplierLine, openParts } from '../applier-line.ts';
import { nameOf, skuOf, startCatalogShop } from './shop.ts';
import type { CatalogShop } from './shop.ts';

/** Products: topic, applier and shop, and nothing else. */
export class CatalogLine extends ApplierLine<CatalogShop> {
  #version = 0;

  static async open(): Promise<CatalogLine> {
    return new CatalogLine(await openParts(startCatalogShop), 'catalog-applier', products.topic);
  }

  /** Products from 0 on as the shop has them, those named otherwise whose index divides by `every`; 0: none. */
  async publish(count: number, every: number, name: string): Promise<void> {
    const published: Promise<void>[] = [];
    for (let index = 0; index < count; index += 1) {
      this.#version += 1;
      const sku = skuOf(index);
      const row = {
        sku,
        name: every > 0 && index % every === 0 ? `${name} ${index}` : nameOf(index),
        enabled: true,
        weight: 1.5,
        description: `All about ${sku}. `.repeat(20),
      };
      const version = { epoch: 1, number: this.#version };
      const origin = { occurredAt: null, version, sourceKey: JSON.stringify({ sku }) };
      published.push(this.bus.publish(products, { value: productRows.read(row, origin) }));
    }
    await Promise.all(published);
  }

  startApplier(connections: number): Promise<RunningProcess> {
    return this.start(connections, {
      flows: { catalog: 'on' },
      catalog: { websites: ['base'], basePriceList: 'RETAIL', baseCurrency: 'EUR' },
      stock: { sources: { WH1: 'default' } },
    });
  }
}

/**
 * Real: the catalogue's flow and the client down to the socket. A double: the sandbox shop (its fidelity is measured by
 * tests of its own), which loses answers after it has done the work. Asserted: what the shop has in the end.
 */
import { afterEach, describe, expect, it } from '@jest/globals';
import { productOf } from '../../services/catalog-applier/testing/product.ts';
import type { Prices } from '../../schemas/types.ts';
import type { Magento } from '../../services/magento/magento.ts';
import { startShop } from '../sandbox/shop/index.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';
import { CatalogRun } from './catalog-run.ts';
import { clientOf } from './shop.ts';

const mapped = {
  attributeSet: 'ERP Set',
  taxClasses: { GOODS: 'Taxable Goods' },
  attributes: { colour: 'erp_color', tags: 'erp_tags', launch: 'erp_launch', net: 'erp_net_weight' },
  createOptions: true,
};
const priceOf = (sku: string, amount: string): Prices => ({
  occurredAt: null,
  version: { epoch: 1, number: 1 },
  sourceKey: '{}',
  deleted: false,
  twin: null,
  sku,
  prices: [{ list: 'BASE', currency: 'USD', amount, minQuantity: '0.0000', from: null, to: null }],
});
const child = (sku: string, colour: string) =>
  productOf(sku, { name: `Cup ${colour}`, visibility: 'none', attributes: { colour } });
const parent = (...children: string[]) =>
  productOf('CUP', { kind: 'configurable', name: 'Cup', variesBy: ['colour'], children });

const open: { magento: Magento; shop: RunningShop }[] = [];
afterEach(async () => {
  for (const { magento, shop } of open.splice(0)) {
    await magento.close();
    await shop.close();
  }
});

/** @param lostCall the number of the call whose answer is lost after the work was done; 0: none */
async function started(catalog: object = {}, lostCall = 0) {
  let calls = 0;
  const shop = await startShop({ seed: 'default', random: () => ((calls += 1) === lostCall ? 0 : 0.99) });
  const magento = clientOf(shop);
  open.push({ magento, shop });
  if (lostCall > 0) {
    calls = 0;
    shop.setFaults([{ kind: 'cut_after', probability: 0.5 }]);
  }
  return { shop, magento, run: new CatalogRun(magento, { ...mapped, ...catalog }) };
}

async function madeOf(magento: Magento, sku: string) {
  const { extension_attributes: made } = (await magento.products.get(sku))!;
  const skus = await magento.products.skusOf(made.configurable_product_links);
  return { by: made.configurable_product_options.map((one) => one.attribute_id), of: [...skus.values()] };
}

describe('a configurable product', () => {
  it('is made of the children that are there, and completed by those that come later', async () => {
    const { magento, run } = await started();
    await run.product(child('CUP-R', 'Red'));
    expect(await run.product(parent('CUP-R', 'CUP-N'))).toBe('product.child_missing');
    expect(await madeOf(magento, 'CUP')).toEqual({ by: ['137'], of: ['CUP-R'] });
    expect((await magento.products.get('CUP'))!.status).toBe(1);
    expect(await run.released('variant', 'erp_color/CUP-N', 'erp_color/CUP-R')).toEqual(['erp_color/CUP-R']);

    // An option that the shop did not have, made with the child.
    await run.product(child('CUP-N', 'Navy'));
    expect(await run.released('variant', 'erp_color/CUP-N')).toEqual(['erp_color/CUP-N']);
    expect(await run.product(parent('CUP-R', 'CUP-N'))).toBe('applied');
    expect(await madeOf(magento, 'CUP')).toEqual({ by: ['137'], of: ['CUP-R', 'CUP-N'] });
    expect(await run.product(parent('CUP-N', 'CUP-R'))).toBe('unchanged');
    expect(await run.prices(priceOf('CUP', '9'))).toBe('unchanged');

    expect(await run.product(parent('CUP-N'))).toBe('applied');
    expect(await madeOf(magento, 'CUP')).toEqual({ by: ['137'], of: ['CUP-N'] });
  });

  it('comes before all of its children, and is kept waiting by those alone that cannot be told apart', async () => {
    const { magento, run } = await started();
    expect(await run.product(parent('CUP-R', 'CUP-S', 'CUP-0'))).toBe('product.child_missing');
    expect(await madeOf(magento, 'CUP')).toEqual({ by: [], of: [] });
    await run.product(child('CUP-R', 'Red'));
    await run.product(child('CUP-S', 'red'));
    await run.product(productOf('CUP-0', { name: 'Cup without' }));
    expect(await run.product(parent('CUP-R', 'CUP-S'))).toBe('product.children_alike');
    expect(await run.product(parent('CUP-R', 'CUP-0'))).toBe('product.child_incomplete');
    expect(await madeOf(magento, 'CUP')).toEqual({ by: ['137'], of: ['CUP-R'] });
  });

  it('is refused where its attributes cannot tell children apart, or where it is of another type in the shop', async () => {
    const { run } = await started();
    const by = (...variesBy: string[]) => run.product({ ...parent(), variesBy });
    expect(await by('tags')).toBe('product.varies_by_unusable');
    expect(await by()).toBe('product.varies_by_unusable');
    expect(await by('size')).toBe('product.varies_by_unmapped');
    expect(await run.product({ ...parent(), sku: 'SKU-001' })).toBe('product.type_changed');
  });
});

/** Everything that a shop of the kind may hold, in an order in which nothing is there when it is first asked for. */
async function wholeCatalogue(run: CatalogRun): Promise<void> {
  const tagged = {
    ...child('CUP-N', 'Navy').attributes,
    tags: 'New,Outlet',
    launch: '2026-01-31',
    net: '1.5',
  };
  const records = [
    parent('CUP-R', 'CUP-N'),
    child('CUP-R', 'Red'),
    { ...child('CUP-N', 'Navy'), attributes: tagged, taxClass: 'GOODS' },
    productOf('CARE', { kind: 'virtual', name: 'Care plan', weight: '1.0000' }),
    parent('CUP-R', 'CUP-N'),
  ];
  for (const record of records) await run.product(record);
  for (const sku of ['CUP-R', 'CUP-N', 'CARE']) await run.prices(priceOf(sku, '9.50'));
  await run.settle();
}

function contentsOf({ shop }: { shop: RunningShop }): unknown {
  const skuOf = (id: number) => shop.shop.db.products.get(id)!.sku;
  return {
    options: shop.shop.db.options.all().map(({ attribute_code, label }) => [attribute_code, label]),
    products: shop.shop.db.products
      .all()
      .slice(32)
      .map(({ sku, type_id, values, configurable }) => [
        sku,
        type_id,
        values,
        configurable && [configurable.options.map(({ label }) => label), configurable.child_ids.map(skuOf)],
      ]),
  };
}

describe('answers that are lost after the work was done', () => {
  it('leave the same catalogue behind, whichever call of a load it is', async () => {
    const well = await started();
    await wholeCatalogue(well.run);
    const wanted = contentsOf(well);
    expect(new Set(well.run.outcomes.values())).toEqual(new Set(['applied', 'unchanged']));
    await wholeCatalogue(well.run);
    expect(contentsOf(well)).toEqual(wanted);
    let lost = 1;
    for (; ; lost += 1) {
      const { run, shop } = await started({}, lost);
      await wholeCatalogue(run);
      expect([lost, contentsOf({ shop })]).toEqual([lost, wanted]);
      if (shop.faultsTaken() === 0) break;
    }
    expect(lost).toBeGreaterThan(20);
  });
});

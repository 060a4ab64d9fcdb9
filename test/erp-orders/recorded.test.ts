/**
 * Recorded orders of a real shop (all modes of tax and discount, all types of products) by the recipes that ship, into
 * stand-ins that compute amounts by themselves: booked to the cent, or parked with both numbers where that is said here.
 */
import { describe, expect, it } from '@jest/globals';
import { sample } from 'fast-check';
import { buyerOf } from '../../services/erp/orders/buyer.ts';
import { connectRecipe } from '../../services/erp/recipe/connect.ts';
import { magentoOrder } from '../../services/magento/order-shape.ts';
import { parseExact } from '../../services/magento/rest/json.ts';
import { orderOf } from '../../services/order-relay/orders/order.ts';
import { placedCart } from '../../services/order-relay/orders/testing/model/arbitrary-cart.ts';
import { placedOrder } from '../../services/order-relay/orders/testing/model/order.ts';
import { recordedTaxes, recordedTypes } from '../../services/order-relay/orders/testing/recorded-sets.ts';
import type { Recipe } from '../../services/platform/config/sections/recipe.ts';
import { anOrder } from '../sandbox/erp/testing/order.ts';
import { JsonRpcErp } from '../sandbox/http-erp/json-rpc-erp.ts';
import { shippedRecipe } from '../sandbox/http-erp/recipes.ts';
import { RestErp } from '../sandbox/http-erp/rest-erp.ts';
import type { StandIn } from '../sandbox/http-erp/stand-in.ts';
import { hurried } from './http-backend.ts';
import { restRecipe } from './rest-recipe.ts';

/** Each setting of taxes with one cart, and each type of product once: all 217 were booked alike when this was written. */
const isLikeAnother = (name: string) =>
  /^state_|_(plain|two_fix7|fixitem|tenship)$/.test(name) && !/^(46|49|5)/.test(name);

/** Carts by chance, of a model of the shop; the stand-ins count in hundredths. */
const drawn = sample(placedCart, { seed: 7, numRuns: 30 }).map((cart, index) => ({
  name: `drawn ${index}`,
  config: cart.shop,
  order: magentoOrder.parse(parseExact(JSON.stringify(placedOrder(cart)))),
}));
const recorded = [...recordedTypes(), ...recordedTaxes(), ...drawn]
  .filter(({ name }) => !isLikeAnother(name))
  .map((one, index) => ({
    name: one.name,
    roundsByUnit: 'config' in one && one.config.rounding === 'unit',
    order: {
      ...orderOf(one.order, { instance: 'us', store: 'default', website: 'base' }),
      incrementId: String(index),
    },
  }))
  .filter(({ order }) => order.totals.digits === 2 || order.totals.currency === 'JPY');
const skus = [...new Set(recorded.flatMap(({ order }) => order.lines.map(({ sku }) => sku)))];
/** What lies in a warehouse: of a bundle its parts. */
const goods = recorded.flatMap(({ order }) =>
  order.lines.flatMap(({ productType, sku, components }) =>
    productType === 'bundle' ? components.map((part) => part.sku) : [sku],
  ),
);
const percents = [5, 7, 7.5775, 7.7, 8.25, 9.975, 14.975, 15.8275, 19, 20, 21.5, 25, 26];

type Given = Pick<(typeof recorded)[number], 'name' | 'order'>;

/** Names of the orders that are parked because amounts differ. Anything else fails. */
async function differing(
  standIn: StandIn,
  recipeAt: (url: string) => Recipe,
  given: readonly Given[],
): Promise<string[]> {
  await standIn.start();
  const { orders, close } = connectRecipe({ recipe: recipeAt(standIn.url), clock: hurried });
  const names: string[] = [];
  for (const { name, order } of given) {
    const key = `us/default/${order.incrementId}`;
    await orders
      .create({ key, order, codes: {}, buyer: buyerOf(order, 'email') })
      .catch((error: { fault?: { code: string } }) => {
        if (error.fault?.code !== 'order.erp_differs') throw error;
        names.push(name);
      });
  }
  await close();
  await standIn.stop();
  return names;
}

describe('recorded orders', () => {
  it('go into ERPNext to the cent', async () => {
    const { standIn, documents } = new RestErp('token key:secret', skus);
    for (const code of ['gb', 'fr', 'at', 'pl', 'ch']) documents.get('Country')!.push({ name: code, code });
    const ofShop = recorded.filter(({ name }) => !name.startsWith('drawn'));
    expect(await differing(standIn, restRecipe, ofShop)).toEqual([]);
  });

  it.each([[true], [false]])(
    'go into Odoo to the cent, which computes taxes of its own (by unit: %s)',
    async (roundsByUnit) => {
      const given = recorded.filter((one) => one.roundsByUnit === roundsByUnit);
      expect(await differingInOdoo(given, { roundsByUnit })).toEqual([]);
    },
  );

  it('go into Odoo with one line for a bundle where it has a kit for each', async () => {
    const given = recorded.filter(({ order }) =>
      order.lines.some(({ productType }) => productType === 'bundle'),
    );
    expect(given).not.toEqual([]);
    expect(await differingInOdoo(given, { bundlesAs: 'kit', roundsByUnit: true }, skus)).toEqual([]);
  });

  it.each([
    [6, false, []],
    [200, false, ['off']],
    [200, true, []],
  ])(
    'a tax on 400 pieces of %s cents too much is a rounding of Odoo where the shop rounds by unit: %s',
    async (offMinor, roundsByUnit, parked) => {
      const order = anOrder({
        incrementId: '1',
        lines: [{ sku: goods[0]!, quantity: 400, priceMinor: 100 }],
      });
      const { lines, totals } = order;
      const off = {
        ...order,
        lines: lines.map((line) => ({ ...line, taxMinor: line.taxMinor + offMinor })),
        totals: {
          ...totals,
          taxMinor: totals.taxMinor + offMinor,
          grandTotalMinor: totals.grandTotalMinor + offMinor,
        },
      };
      expect(await differingInOdoo([{ name: 'off', order: off }], { roundsByUnit })).toEqual(parked);
    },
  );
});

async function differingInOdoo(
  given: readonly Given[],
  settings: Recipe['settings'],
  products = goods,
): Promise<string[]> {
  const { standIn, rows } = new JsonRpcErp([...new Set(products)]);
  for (const [index, code] of ['DE', 'GB', 'FR', 'AT', 'PL', 'CH'].entries())
    rows['res.country']!.push({ id: index + 1, code });
  for (const [index, currency] of ['EUR', 'JPY'].entries())
    rows['product.pricelist']!.push({ id: 10 + index, 'currency_id.name': currency });
  for (const [index, amount] of percents.entries())
    rows['account.tax']!.push({
      id: 50 + index,
      type_tax_use: 'sale',
      amount_type: 'percent',
      amount,
      price_include: false,
    });
  const variables = { ODOO_API_KEY: 'key', ODOO_DATABASE: 'shop' };
  const recipeAt = (ODOO_URL: string) => {
    const recipe = shippedRecipe('odoo-json-2.yaml', { ...variables, ODOO_URL });
    return { ...recipe, settings: { ...recipe.settings, ...settings } };
  };
  return differing(standIn, recipeAt, given);
}

import type { Price, Prices } from '../../schemas/types.ts';
import type { Config } from '../platform/config/schema.ts';
import { compareDecimals } from '../platform/decimal.ts';
import { Held } from '../platform/errors.ts';

/**
 * The base price of a SKU now: of the configured list, for a single unit, valid at this time; of several the one that
 * began last. Null when there is none.
 * @throws Held when its currency is not the shop's, or it is not above zero.
 */
export function basePriceOf(prices: Prices, catalog: Config['catalog'], now: number): string | null {
  const valid = prices.prices.filter((price) => isValid(price, catalog.basePriceList, now));
  const [price] = valid.toSorted((left, right) => (right.from ?? 0) - (left.from ?? 0));
  return price === undefined ? null : checkedAmount(prices.sku, price, catalog);
}

/** @throws Held when its currency is not the shop's, or it is not above zero */
export function checkedAmount(sku: string, { currency, amount }: Price, catalog: Config['catalog']): string {
  if (currency !== catalog.baseCurrency)
    throw new Held({
      code: 'price.currency',
      what: `The price of ${sku} is in ${currency}, the shop's base currency is ${catalog.baseCurrency}`,
      fix: 'Keep the price list in the base currency, or name another list in catalog.basePriceList; its prices are released by that',
      waitsFor: 'configuration/catalog/basePriceList',
    });
  if (compareDecimals(amount, '0') > 0) return amount;
  throw new Held({
    code: 'price.not_above_zero',
    what: `The price of ${sku} is ${amount}`,
    fix: 'Set a price in the ERP; until then the product stays as it is',
  });
}

function isValid(price: Price, list: string, now: number): boolean {
  return (
    price.list === list &&
    compareDecimals(price.minQuantity, '1') <= 0 &&
    (price.from === null || price.from <= now) &&
    (price.to === null || now < price.to)
  );
}

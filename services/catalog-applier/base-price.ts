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
  if (price === undefined) return null;
  if (price.currency !== catalog.baseCurrency)
    throw new Held({
      code: 'price.currency',
      what: `The price of ${prices.sku} is in ${price.currency}, the shop's base currency is ${catalog.baseCurrency}`,
      fix: 'Keep the price list in the base currency, or name another list in catalog.basePriceList; its prices are released by that',
      waitsFor: 'configuration/catalog/basePriceList',
    });
  if (compareDecimals(price.amount, '0') <= 0)
    throw new Held({
      code: 'price.not_above_zero',
      what: `The price of ${prices.sku} is ${price.amount}`,
      fix: 'Set a price in the ERP; until then the product stays as it is',
    });
  return price.amount;
}

function isValid(price: Price, list: string, now: number): boolean {
  return (
    price.list === list &&
    compareDecimals(price.minQuantity, '1') <= 0 &&
    (price.from === null || price.from <= now) &&
    (price.to === null || now < price.to)
  );
}

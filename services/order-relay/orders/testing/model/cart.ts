/**
 * A cart and what Magento makes of it, in the order of its collectors (magento/magento2,
 * app/code/Magento/Tax/Model/Sales/Total/Quote and Magento/Weee/Model/Total/Quote): prices and taxes before discount,
 * discounts, taxes after discount with fixed product taxes and shipping.
 */
import { discountsOf } from './discounts.ts';
import type { CartRule } from './discounts.ts';
import { round } from './round.ts';
import { TaxCalculator } from './taxes.ts';
import type { Rate, Taxable, TaxConfig, TaxedRow } from './taxes.ts';

export interface ShopConfig extends TaxConfig {
  pricesIncludeTax: boolean;
  shippingIncludesTax: boolean;
  /** Discounts are taken of prices with tax. */
  discountOnGross: boolean;
  /** Prices with tax are the same for customers of every country. */
  crossBorder: boolean;
  fixedProductTax: { isTaxed: boolean; inSubtotal: boolean };
}

export interface CartItem {
  sku: string;
  quantity: number;
  price: number;
  rates: readonly Rate[];
  /** Tax that stands in the price: that of the shop's country. */
  storePercent: number;
  fixedProductTax: number;
}

export interface Cart {
  items: readonly CartItem[];
  shipping: { price: number; rates: readonly Rate[]; storePercent: number };
  rule: CartRule | null;
}

export interface CollectedItem extends TaxedRow {
  discount: number;
  fixedProductTax: TaxedRow | null;
}

export interface Collected {
  items: CollectedItem[];
  shipping: TaxedRow & { discount: number };
}

/** @param currencyRate From the base currency to the one that is asked for. */
export function collect(cart: Cart, shop: ShopConfig, currencyRate: number): Collected {
  const before = beforeDiscount(cart, shop, currencyRate);
  const base = beforeDiscount(cart, shop, 1);
  const discountPrice = (row: TaxedRow) => (shop.discountOnGross ? row.priceInclTax : row.price);
  const discounts = discountsOf(
    cart.rule,
    before.items.map((row, index) => ({
      quantity: cart.items[index]!.quantity,
      price: discountPrice(row),
      basePrice: discountPrice(base.items[index]!),
      rowTotalInclTax: row.rowTotalInclTax,
    })),
    { amount: discountPrice(before.shipping), base: discountPrice(base.shipping) },
    currencyRate,
  );
  const calculator = new TaxCalculator(shop);
  const items = cart.items.map((item, index) => {
    const taxed = productOf(item, index, shop, currencyRate);
    const discount = discounts.rows[index]!;
    return {
      ...calculator.calculate({ ...taxed, discount }),
      discount,
      fixedProductTax:
        item.fixedProductTax === 0 ? null : calculator.calculate(feeOf(item, taxed, shop, currencyRate)),
    };
  });
  const shipping = { ...shippingOf(cart, shop, currencyRate), discount: discounts.shipping };
  return { items, shipping: { ...calculator.calculate(shipping), discount: discounts.shipping } };
}

function beforeDiscount(cart: Cart, shop: ShopConfig, currencyRate: number) {
  const calculator = new TaxCalculator(shop);
  return {
    items: cart.items.map((item, index) => calculator.calculate(productOf(item, index, shop, currencyRate))),
    shipping: new TaxCalculator(shop).calculate(shippingOf(cart, shop, currencyRate)),
  };
}

function productOf(item: CartItem, index: number, shop: ShopConfig, currencyRate: number): Taxable {
  return {
    code: `item${index}`,
    quantity: item.quantity,
    unitPrice: inCountry(round(item.price * currencyRate), item, shop.pricesIncludeTax, shop),
    includesTax: shop.pricesIncludeTax,
    discount: 0,
    rates: item.rates,
  };
}

function feeOf(item: CartItem, product: Taxable, shop: ShopConfig, currencyRate: number): Taxable {
  return {
    ...product,
    code: `fee of ${product.code}`,
    associatedCode: product.code,
    unitPrice: round(item.fixedProductTax * currencyRate),
    rates: shop.fixedProductTax.isTaxed ? item.rates : [],
  };
}

function shippingOf({ shipping }: Cart, shop: ShopConfig, currencyRate: number): Taxable {
  return {
    code: 'shipping',
    quantity: 1,
    unitPrice: inCountry(round(shipping.price * currencyRate), shipping, shop.shippingIncludesTax, shop),
    includesTax: shop.shippingIncludesTax,
    discount: 0,
    rates: shipping.rates,
  };
}

/** Without cross-border trade the price without tax is the same everywhere, so the one with tax is not. */
function inCountry(
  price: number,
  { rates, storePercent }: Pick<CartItem, 'rates' | 'storePercent'>,
  includesTax: boolean,
  { crossBorder }: ShopConfig,
): number {
  const percent = rates.reduce((total, rate) => total + rate.percent, 0);
  if (!includesTax || crossBorder || Math.abs(percent - storePercent) < 0.00001) return price;
  const net = price - price * (1 - 1 / (1 + storePercent / 100));
  return round(net + (net * percent) / 100);
}

import type { OrderComponent, OrderLine, Tax } from '../../../schemas/types.ts';
import type { MagentoOrderItem } from '../../magento/order-item-shape.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import { contractDecimal } from '../../platform/decimal.ts';
import { optionalPlaces } from './amounts-reader.ts';
import type { AmountsReader } from './amounts-reader.ts';
import { linesOf, payingItems } from './line-items.ts';
import { chosenOptionsOf, giftMessageOf, idsOf } from './options.ts';
import { fixedProductTaxesOf, taxesOf } from './taxes.ts';

/** @param own Amounts in the currency of the order. @param base The same in that of the website. */
export function orderLines(order: MagentoOrder, own: AmountsReader, base: AmountsReader): OrderLine[] {
  const taxes = (items: readonly MagentoOrderItem[]): Tax[] => taxesOf(order, items);
  return linesOf(order).map((line) => {
    const { item, children } = line;
    const paying = payingItems(line);
    const amounts = own.amounts(item, paying);
    return {
      ...itemFacts(item),
      unitPrice: amounts.unitPrice,
      subtotalMinor: amounts.subtotalMinor,
      discountMinor: amounts.discountMinor,
      taxMinor: amounts.taxMinor,
      rowTotalMinor: amounts.rowTotalMinor,
      discountPercent: optionalPlaces(item.discount_percent),
      appliedRuleIds: idsOf(item.applied_rule_ids),
      amounts,
      baseAmounts: base.amounts(item, paying),
      taxes: taxes(paying),
      fixedProductTaxes: fixedProductTaxesOf(order, paying),
      productSku: null,
      options: chosenOptionsOf(item),
      components: children.map((child): OrderComponent => ({
        ...itemFacts(child),
        amounts: own.amounts(child, [child]),
        baseAmounts: base.amounts(child, [child]),
        taxes: taxes([child]),
      })),
      giftMessage: giftMessageOf(item.extension_attributes.gift_message),
    };
  });
}

/** What lines and components say alike. */
function itemFacts(item: MagentoOrderItem) {
  return {
    lineId: String(item.item_id),
    sku: item.sku,
    productId: item.product_id,
    name: item.name ?? item.sku,
    productType: item.product_type ?? 'unknown',
    isVirtual: item.is_virtual,
    quantity: places(item.qty_ordered),
    quantityShipped: places(item.qty_shipped),
    quantityInvoiced: places(item.qty_invoiced),
    quantityCanceled: places(item.qty_canceled),
    quantityRefunded: places(item.qty_refunded),
    taxPercent: places(item.tax_percent),
    weight: optionalPlaces(item.weight),
  };
}

const places = (text: string | null): string => contractDecimal(text ?? '0');

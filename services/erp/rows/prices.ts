import { prices } from '../../../schemas/topics.ts';
import type { Prices } from '../../../schemas/types.ts';
import { keyPartsOf, priceColumns } from '../columns.ts';
import type { RowShape } from './row.ts';

export const priceRows: RowShape<Prices> = {
  contract: prices,
  keyParts: keyPartsOf['erp.prices']!,
  read: (row, origin) => {
    const { sku, prices: list } = priceColumns.parse(row);
    return {
      sku,
      ...origin,
      prices: list.map(({ minQuantity, from, to, website, group, ...rest }) => ({
        ...rest,
        minQuantity: minQuantity ?? '0.0000',
        from: from ?? null,
        to: to ?? null,
        website: website ?? null,
        group: group ?? null,
      })),
      deleted: false,
      twin: null,
    };
  },
  validAt: ({ prices: list }, at) =>
    list.map(({ from, to }) => Number((from ?? -Infinity) <= at && at < (to ?? Infinity))).join(''),
  deleted: ([sku = ''], origin) => ({ sku, ...origin, prices: [], deleted: true, twin: null }),
};

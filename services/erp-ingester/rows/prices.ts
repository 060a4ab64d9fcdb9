import { z } from 'zod';
import { prices } from '../../../schemas/topics.ts';
import type { Prices } from '../../../schemas/types.ts';
import { decimalColumn, skuColumn, timeColumn } from './row.ts';
import type { RowShape } from './row.ts';

const price = z.object({
  list: z.string().min(1),
  currency: z.string().regex(/^[A-Z]{3}$/),
  amount: decimalColumn,
  minQuantity: decimalColumn.nullish(),
  from: timeColumn.nullish(),
  to: timeColumn.nullish(),
});

const columns = z.object({ sku: skuColumn, prices: z.array(price) });

export const priceRows: RowShape<Prices> = {
  contract: prices,
  keyParts: ['sku'],
  read: (row, origin) => {
    const { sku, prices: list } = columns.parse(row);
    return {
      sku,
      ...origin,
      prices: list.map(({ minQuantity, from, to, ...rest }) => ({
        ...rest,
        minQuantity: minQuantity ?? '0.0000',
        from: from ?? null,
        to: to ?? null,
      })),
      deleted: false,
    };
  },
  validAt: ({ prices: list }, at) =>
    list.map(({ from, to }) => Number((from ?? -Infinity) <= at && at < (to ?? Infinity))).join(''),
  deleted: ([sku = ''], origin) => ({ sku, ...origin, prices: [], deleted: true }),
};

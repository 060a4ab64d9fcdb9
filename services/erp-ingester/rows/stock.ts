import { z } from 'zod';
import { stock } from '../../../schemas/topics.ts';
import type { Stock } from '../../../schemas/types.ts';
import { decimalColumn, skuColumn } from './row.ts';
import type { RowShape } from './row.ts';

const columns = z.object({
  source: z.string().min(1),
  sku: skuColumn,
  quantity: decimalColumn,
  sellable: z.boolean().nullish(),
});

export const stockRows: RowShape<Stock> = {
  contract: stock,
  keyParts: ['source', 'sku'],
  read: (row, origin) => {
    const { source, sku, quantity, sellable } = columns.parse(row);
    return { source, sku, ...origin, quantity, sellable: sellable ?? true, deleted: false };
  },
  deleted: ([source = '', sku = ''], origin) => ({
    source,
    sku,
    ...origin,
    quantity: '0.0000',
    sellable: false,
    deleted: true,
  }),
};

import { stock } from '../../../schemas/topics.ts';
import type { Stock } from '../../../schemas/types.ts';
import { keyPartsOf, stockColumns } from '../../erp/columns.ts';
import type { RowShape } from './row.ts';

export const stockRows: RowShape<Stock> = {
  contract: stock,
  keyParts: keyPartsOf['erp.stock']!,
  read: (row, origin) => {
    const { source, sku, quantity, sellable } = stockColumns.parse(row);
    return { source, sku, ...origin, quantity, sellable: sellable ?? true, deleted: false, twin: null };
  },
  deleted: ([source = '', sku = ''], origin) => ({
    source,
    sku,
    ...origin,
    quantity: '0.0000',
    sellable: false,
    deleted: true,
    twin: null,
  }),
};

import { stock } from '../../../schemas/topics.ts';
import type { Stock } from '../../../schemas/types.ts';
import { keyPartsOf, stockColumns } from '../columns.ts';
import type { RowShape } from './row.ts';

export const stockRows: RowShape<Stock> = {
  contract: stock,
  keyParts: keyPartsOf['erp.stock']!,
  read: (row, origin) => {
    const { source, sku, quantity, ...rest } = stockColumns.parse(row);
    const { sellable = null, backorders = null, buffer = null } = rest;
    return {
      source,
      sku,
      ...origin,
      quantity,
      sellable: sellable ?? true,
      deleted: false,
      twin: null,
      backorders,
      buffer,
    };
  },
  deleted: ([source = '', sku = ''], origin) => ({
    source,
    sku,
    ...origin,
    quantity: '0.0000',
    sellable: false,
    deleted: true,
    twin: null,
    backorders: null,
    buffer: null,
  }),
};

import { fulfilmentRows } from './fulfilments.ts';
import { priceRows } from './prices.ts';
import { productRows } from './products.ts';
import type { RowShape, StreamRecord } from './row.ts';
import { stockRows } from './stock.ts';

/** Row shape of each topic that a stream may feed. */
export const rowShapes = {
  'erp.stock': stockRows,
  'erp.products': productRows,
  'erp.prices': priceRows,
  'erp.fulfilments': fulfilmentRows,
} as unknown as Record<string, RowShape<StreamRecord>>;

import { stockKey } from '../../../schemas/keys.ts';
import { stock } from '../../../schemas/topics.ts';
import type { Stock } from '../../../schemas/types.ts';
import type { AskedRecords } from '../../erp/ask-records.ts';

/**
 * What the ERP says there is of a SKU at all these warehouses; null where it says nothing.
 * @throws Unavailable, Rejected
 */
export async function stockInErp(
  records: Pick<AskedRecords, 'of'>,
  warehouses: readonly string[],
  sku: string,
): Promise<number | null> {
  const keys = warehouses.map((source) => stockKey({ source, sku }));
  const rows = (await records.of(stock.topic, keys)) as never as Stock[];
  return rows.length === 0 ? null : rows.reduce((sum, { quantity }) => sum + Number(quantity), 0);
}

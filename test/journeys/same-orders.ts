import { markerOf } from '../../services/magento/marker.ts';
import type { Stack } from './stack.ts';

interface SalesOrderRow {
  shop_reference: string;
  name: string;
  state: string;
  total_amount: string;
}

/**
 * What the two sides disagree about, order by order: each order of the shop has one sales order over the same amount,
 * canceled where it is canceled, and says its number, once (`isTold`: somebody writes it back). One that was canceled
 * before its export may be missing.
 */
export async function orderDifferences({ shop, erp }: Stack, { isTold = true } = {}): Promise<string[]> {
  const { rows } = await erp.query<SalesOrderRow>(
    'select shop_reference, name, state, total_amount::text from sales_order',
  );
  const sales = Map.groupBy(rows, (row) => row.shop_reference);
  const differences: string[] = [];
  for (const order of shop.shop.db.orders.all()) {
    const key = `sandbox/default/${order.increment_id}`;
    const found = sales.get(key) ?? [];
    sales.delete(key);
    if (found.length === 0 && order.state === 'canceled') continue;
    const [sale] = found;
    if (sale === undefined || found.length > 1) {
      differences.push(`${key}: ${found.length} sales orders`);
      continue;
    }
    if (Number(sale.total_amount) !== order.grand_total)
      differences.push(`${key}: ${order.grand_total} in the shop, ${sale.total_amount} in the ERP`);
    const marker = markerOf('sandbox', 'order', sale.name);
    const told = order.status_histories.filter(({ comment }) => comment === marker);
    if (told.length !== (isTold ? 1 : 0))
      differences.push(`${key}: is told ${told.length} times that it is ${sale.name}`);
    if ((sale.state === 'canceled') !== (order.state === 'canceled'))
      differences.push(`${key}: ${order.state} in the shop, ${sale.state} in the ERP`);
  }
  return [...differences, ...[...sales.keys()].map((key) => `${key}: in the ERP alone`)];
}

import type { Order } from '../../schemas/types.ts';
import { buyerOf } from '../../services/erp/orders/buyer.ts';
import type { OrderInput } from '../../services/erp/orders/erp-orders.ts';
import { anOrder } from '../sandbox/erp/testing/order.ts';

type Input = OrderInput & { order: Order };

/** Two lines of goods that every backend knows. */
export function anInput(change: Partial<Order> = {}): Input {
  const lines = [
    { sku: 'MUG', quantity: 2, priceMinor: 1450 },
    { sku: 'CUP', quantity: 1, priceMinor: 999 },
  ];
  const order = { ...anOrder({ incrementId: '000000001', lines }), ...change };
  return { key: 'us/default/000000001', order, codes: {}, buyer: buyerOf(order, 'email') };
}

/** Of goods that no backend knows. */
export function anUnknownInput(): Input {
  const { lines } = anInput().order;
  return anInput({ lines: lines.map((line) => ({ ...line, sku: 'NO-SUCH' })) });
}

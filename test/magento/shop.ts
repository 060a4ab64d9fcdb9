import { request } from 'node:http';
import { createMagento } from '../../services/magento/magento.ts';
import type { Magento, MagentoOptions } from '../../services/magento/magento.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';

/** The client under test, with the credentials of the sandbox shop. Close it at the end. */
export function clientOf(shop: RunningShop, options: Partial<MagentoOptions> = {}): Magento {
  return createMagento({
    baseUrl: `${shop.url}/`,
    credentials: () => shop.credentials,
    connections: 4,
    deadlineMs: 5_000,
    ...options,
  });
}

export interface PlacedOrder {
  entity_id: number;
  increment_id: string;
}

/** Places a guest order by the control face of the sandbox. */
export function placeOrder(
  shop: RunningShop,
  lines: { sku: string; qty: number }[],
  storeId = 1,
): Promise<PlacedOrder> {
  return new Promise((resolve, reject) => {
    const call = request(`${shop.url}/sandbox/orders`, { method: 'POST' });
    call.on('error', reject);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(JSON.parse(body) as PlacedOrder);
        else reject(new Error(`the sandbox shop took no order: ${body}`));
      });
    });
    call.end(JSON.stringify({ lines, storeId }));
  });
}

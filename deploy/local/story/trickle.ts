import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandboxes } from './sandboxes.ts';
import { until } from './until.ts';

/** Pause between two pieces of business. */
const pauseMs = 4_000;
/** What the warehouse is filled up to when a product runs low. */
const refill = 40;

/**
 * Goes on with a little business until the signal fires: an order, its confirmation and its parcel, now and then a
 * goods receipt. What fails is told once and tried again: the sandboxes may be restarting.
 */
export async function trickle(
  sandboxes: Sandboxes,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let told = '';
  for (let round = 0; !signal.aborted; round += 1) {
    try {
      await business(sandboxes, round, signal);
      told = '';
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (!signal.aborted && text !== told) say(`  The trickle of business waits: ${text}`);
      told = text;
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

async function business(sandboxes: Sandboxes, round: number, signal: AbortSignal): Promise<void> {
  const products = (await sandboxes.products()).filter(
    ({ sku, status, children }) => status === 1 && sku !== 'LAST-ONE' && children.length === 0,
  );
  const product = products[round % products.length];
  if (!product) return;
  if (product.salable < 5) {
    await sandboxes.receive(product.sku, 'WH1', refill);
    return;
  }
  const placed = await sandboxes.placeOrder([{ sku: product.sku, qty: 1 + (round % 2) }]);
  const { value: sale } = await until(
    'the order in the ERP',
    () => sandboxes.salesOrder(placed.increment_id),
    signal,
  );
  const { deliveries } = await sandboxes.confirm(sale.id);
  for (const { id, state } of deliveries)
    if (state === 'ready') await sandboxes.ship(id, 'UPS', `1Z${String(100_000 + id)}`);
}

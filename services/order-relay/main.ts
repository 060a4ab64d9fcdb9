import { runProcess } from '../platform/lifecycle/signals.ts';

runProcess(async (life) => {
  const { readConfiguration } = await import('../platform/config/read.ts');
  const { startOrderRelay } = await import('./relay.ts');
  await startOrderRelay(readConfiguration(['magento', 'orders', 'customers', 'stock', 'webhook']), life);
});

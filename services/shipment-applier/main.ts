import { runProcess } from '../platform/lifecycle/signals.ts';

runProcess(async (life) => {
  const { readConfiguration } = await import('../platform/config/read.ts');
  const { startShipmentApplier } = await import('./applier.ts');
  await startShipmentApplier(readConfiguration(['magento', 'fulfilments', 'stock']), life);
});

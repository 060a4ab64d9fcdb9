import { runProcess } from '../platform/lifecycle/signals.ts';

runProcess(async (life) => {
  const { readConfiguration } = await import('../platform/config/read.ts');
  const { startInventoryApplier } = await import('./applier.ts');
  await startInventoryApplier(readConfiguration(['magento', 'stock']), life);
});

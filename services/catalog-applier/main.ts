import { runProcess } from '../platform/lifecycle/signals.ts';

runProcess(async (life) => {
  const { readConfiguration } = await import('../platform/config/read.ts');
  const { startCatalogApplier } = await import('./applier.ts');
  await startCatalogApplier(readConfiguration(['magento', 'catalog', 'stock']), life);
});

import { runProcess } from '../platform/lifecycle/signals.ts';

runProcess(async (life) => {
  const { readConfiguration } = await import('../platform/config/read.ts');
  const { startReconciler } = await import('./reconciler.ts');
  await startReconciler(
    // prettier-ignore
    readConfiguration(['reconcile', 'magento', 'stock', 'orders', 'customers', 'catalog', 'fulfilments', 'erp']),
    life,
  );
});

import { runProcess } from '../platform/lifecycle/signals.ts';

runProcess(async (life) => {
  const { readConfiguration } = await import('../platform/config/read.ts');
  const { startConsole } = await import('./console.ts');
  await startConsole(
    readConfiguration(['console', 'magento', 'orders', 'stock', 'erp', 'fulfilments']),
    life,
  );
});

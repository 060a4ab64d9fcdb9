import { runProcess } from '../platform/lifecycle/signals.ts';

runProcess(async (life) => {
  const { readConfiguration } = await import('../platform/config/read.ts');
  const { startErpIngester } = await import('./ingester.ts');
  await startErpIngester(readConfiguration(['erp', 'fulfilments']), life);
});

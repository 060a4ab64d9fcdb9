import { runProcess } from '../platform/lifecycle/signals.ts';

runProcess(async (life) => {
  const { readConfiguration } = await import('../platform/config/read.ts');
  const { startOrderExporter } = await import('./exporter.ts');
  await startOrderExporter(readConfiguration(['orders', 'customers', 'erp']), life);
});

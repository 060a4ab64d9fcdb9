import { runProcess } from '../platform/lifecycle/signals.ts';

runProcess(async (life) => {
  const { readConfiguration } = await import('../platform/config/read.ts');
  const { sections } = await import('./kinds/index.ts');
  const { startReconciler } = await import('./reconciler.ts');
  await startReconciler(readConfiguration(sections), life);
});

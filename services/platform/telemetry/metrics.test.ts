import perfHooks from 'node:perf_hooks';
import { expect, it, jest } from '@jest/globals';
import { openMetrics } from './metrics.ts';

it('an idle process is not woken to measure how idle it is', async () => {
  const monitor = jest.spyOn(perfHooks, 'monitorEventLoopDelay');
  const { registry } = openMetrics('order-relay', 'us');
  for (const [options] of monitor.mock.calls) expect(options?.resolution).toBeGreaterThan(1e9);
  expect(monitor).toHaveBeenCalled();
  const shown = await registry.metrics();
  expect(shown).toContain('nodejs_eventloop_lag_seconds');
  // It would say what the interval is.
  expect(shown).not.toContain('nodejs_eventloop_lag_p99_seconds');
});

import { describe, expect, it } from '@jest/globals';
import { openMetrics } from './metrics.ts';
import { outcomeOfStatus, sinkCalls } from './sink-calls.ts';

describe('calls to another side', () => {
  it('show failures at 0 before the first, so that the first burst is an increase', async () => {
    const metrics = openMetrics('order-exporter', 'us');
    const count = sinkCalls(metrics, 'erp');
    const failures = async () => (await metrics.sinkFailures.get()).values;
    expect(await failures()).toEqual([{ labels: { sink: 'erp' }, value: 0 }]);
    for (let call = 0; call < 20; call += 1)
      count({ route: 'erp.orders.lookup', code: '53300', outcome: 'failed', durationMs: 40 });
    expect(await failures()).toEqual([{ labels: { sink: 'erp' }, value: 20 }]);
  });

  it('are counted by answer and timed by route and outcome; what is refused is no failure', async () => {
    const metrics = openMetrics('catalog-applier', 'us');
    const count = sinkCalls(metrics, 'magento');
    count({ route: 'PUT products/:sku', code: '200', outcome: 'ok', durationMs: 40 });
    count({ route: 'PUT products/:sku', code: '400', outcome: 'refused', durationMs: 2_000 });
    const values = async (metric: { get(): Promise<{ values: { labels: object; value: number }[] }> }) =>
      (await metric.get()).values.map(({ labels, value }) => ({ ...labels, value }));
    expect(await values(metrics.sinkRequests)).toEqual([
      { sink: 'magento', code: '200', value: 1 },
      { sink: 'magento', code: '400', value: 1 },
    ]);
    expect(await values(metrics.sinkFailures)).toEqual([{ sink: 'magento', value: 0 }]);
    const { values: durations } = await metrics.sinkDuration.get();
    const sums = durations.filter(({ metricName }) => metricName?.endsWith('_sum'));
    expect(sums.map(({ labels, value }) => ({ ...labels, value }))).toEqual([
      { sink: 'magento', route: 'PUT products/:sku', outcome: 'ok', value: 0.04 },
      { sink: 'magento', route: 'PUT products/:sku', outcome: 'refused', value: 2 },
    ]);
  });

  it.each([
    [200, 'ok'],
    [302, 'ok'],
    [404, 'refused'],
    [429, 'refused'],
    [500, 'failed'],
    [503, 'failed'],
    [0, 'failed'],
  ])('HTTP status %i is %s', (status, outcome) => {
    expect(outcomeOfStatus(status)).toBe(outcome);
  });
});

describe('a process', () => {
  it('shows no series of what it does not have', async () => {
    const ours = (await openMetrics('console', 'us').registry.getMetricsAsJSON()).filter(({ name }) =>
      name.startsWith('cartage_'),
    );
    expect(ours.length).toBeGreaterThan(10);
    expect(ours.filter(({ values }) => values.length > 0).map(({ name }) => name)).toEqual([]);
  });
});

import { expect, it } from '@jest/globals';
import { openMetrics } from '../telemetry/metrics.ts';
import { showReady } from './show-ready.ts';

it('shows each check as it is at each scrape: 1 well, 0 not, 0 also where it throws', async () => {
  const metrics = openMetrics('order-relay', 'us');
  let trouble: string | null = null;
  const checks = new Map<string, () => string | null>([
    ['kafka', () => trouble],
    ['sweep', () => 'starting'],
    [
      'broken',
      () => {
        throw new Error('a bug');
      },
    ],
  ]);
  const shown = async () => {
    showReady(metrics.ready, checks);
    return (await metrics.ready.get()).values.map(({ labels, value }) => `${labels.check} ${value}`);
  };
  expect(await shown()).toEqual(['kafka 1', 'sweep 0', 'broken 0']);
  trouble = 'no broker';
  expect(await shown()).toEqual(['kafka 0', 'sweep 0', 'broken 0']);
});

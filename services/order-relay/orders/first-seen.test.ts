import { expect, it } from '@jest/globals';
import { openMetrics } from '../../platform/telemetry/metrics.ts';
import { countFirstSeen } from './first-seen.ts';

it('counts new orders by what told of them first, and none that may only have changed', async () => {
  const metrics = openMetrics('order-relay', 'us');
  const saw = countFirstSeen(metrics, { now: () => 10_000_000 });
  for (const reason of ['webhook', 'webhook', 'sweep', 'nightly', 'operator', 'first load'])
    saw({ createdAt: 9_000_000 }, { reason });
  saw({ createdAt: 6_400_000 }, { reason: 'sweep' });
  const { values } = await metrics.ordersFirstSeen.get();
  expect(values.map(({ labels, value }) => `${labels.path} ${value}`)).toEqual([
    'webhook 2',
    'sweep 1',
    'nightly 1',
    'request 2',
  ]);
});

import { expect, it } from '@jest/globals';
import type { Subscription } from '../kafka/types.ts';
import { runFlows } from './run-flow.ts';
import { processDouble } from './testing/process.ts';

it('runs the flows that are on, in their modes, says of each why it is not ready, and stops the last one first', async () => {
  const { process, lines, end } = processDouble('order-exporter');
  const events: string[] = [];
  const health = { ready: false, reason: null as string | null };
  const subscriptionOf = (name: string): Subscription => ({
    ready: () => health.ready,
    unhealthyReason: () => health.reason,
    leases: () => [],
    lag: () => Promise.resolve([]),
    stop: async () => {
      await Promise.resolve();
      events.push(`${name} stops`);
    },
  });
  const started = Promise.withResolvers<void>();
  process.listen = async () => {
    await Promise.resolve();
    events.push('listens');
  };
  const running = runFlows(process, [
    {
      name: 'orders',
      mode: 'on',
      start: async (mode) => {
        events.push(`orders ${mode}`);
        await started.promise;
        return subscriptionOf('orders');
      },
    },
    { name: 'stock', mode: 'off', start: () => Promise.reject(new Error('it is off')) },
    {
      name: 'customers',
      mode: 'dry',
      why: () => 'its own reason',
      start: async (mode) => {
        events.push(`customers ${mode}`);
        return subscriptionOf('customers');
      },
    },
  ]);
  await new Promise(setImmediate);
  // Whoever asks meanwhile is told that it starts.
  expect(events).toEqual(['listens', 'orders on']);
  expect(process.checks.readiness()).toEqual({
    'subscription of orders': { ok: false, why: 'starting' },
    'subscription of customers': { ok: false, why: 'starting' },
  });
  started.resolve();
  await running;
  const checks = () => Object.values(process.checks.readiness()).map(({ why }) => why ?? 'well');
  expect(checks()).toEqual(['no partitions assigned yet', 'its own reason']);
  health.ready = true;
  expect(checks()[0]).toBe('well');
  health.reason = 'the broker is away';
  expect(checks()[0]).toBe('the broker is away');
  expect(lines.map(({ level, fields }) => [level, fields.flow])).toEqual([['warn', 'stock']]);
  await end();
  expect(events.slice(2)).toEqual(['customers dry', 'customers stops', 'orders stops']);
});

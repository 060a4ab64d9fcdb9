import { expect, it } from '@jest/globals';
import { audit } from '../../schemas/topics.ts';
import type { Audit } from '../../schemas/types.ts';
import { RecordingBus } from '../platform/flow/testing/recording-bus.ts';
import { actsSince } from './audit.ts';

it('what was done is told newest first, so many at most, and of each but its first keys', async () => {
  const bus = new RecordingBus();
  const keys = Array.from({ length: 30 }, (_none, index) => String(index));
  for (const at of [30, 10, 40, 20])
    bus.broker.append<Audit>(audit, 'ada', {
      actor: 'ada',
      action: `at ${at}`,
      keys,
      count: 30,
      at,
    } as Audit);
  const acts = await actsSince(bus, 20, 2);
  expect(acts.map(({ action }) => action)).toEqual(['at 40', 'at 30']);
  expect(acts[0]).toMatchObject({ count: 30, keys: keys.slice(0, 20) });
  expect((await actsSince(bus, 35, 10)).length).toBe(1);
});

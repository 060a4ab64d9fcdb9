import { outcomes, parked } from '../../../../schemas/topics.ts';
import type { Controls } from '../controls.ts';
import type { Policy } from '../outcome/policy.ts';
import { runStates } from '../states/run-states.ts';
import type { StateFlow } from '../states/state-flow.ts';
import { plains } from './records.ts';
import type { Plain } from './records.ts';
import { World } from './world.ts';

/** A flow whose writes take 100 ms and fail as `fail` says; the keys of each call are kept. */
export async function flowOf(
  options: Partial<StateFlow<Plain>> & {
    fail?: (keys: string[]) => Error | null;
    policy?: Partial<Policy>;
    partitions?: number;
    controls?: Controls;
  } = {},
) {
  const { fail = () => null, policy, partitions = 1, controls, ...flow } = options;
  const calls: { at: number; keys: string[] }[] = [];
  const world = new World<Plain>({
    seed: 1,
    contract: plains,
    partitions,
    policy: { retryInitialMs: 100, retryMaxMs: 1_000, ...policy },
    start: (context) =>
      runStates<Plain>(
        { ...context, ...(controls && { controls }) },
        {
          name: 'plains',
          probe: () => Promise.reject(new Error('none')),
          contracts: [plains],
          mode: 'on',
          concurrency: () => 1,
          settleMs: 10_000,
          batchGroupOf: () => 'all',
          batchSize: () => 20,
          apply: async (records, attempt) => {
            attempt.assertCurrent();
            const keys = records.map(({ key }) => key);
            calls.push({ at: context.clock.now(), keys });
            await context.clock.wait(100);
            const error = fail(keys);
            if (error) throw error;
            return new Map(records.map((record) => [record, { status: 'applied' as const }]));
          },
          ...flow,
        },
      ),
  });
  const { broker, clock } = world;
  const member = await world.begin();
  const send = (...keys: string[]) => {
    for (const key of keys) broker.append(plains, key, { key, text: 'x'.repeat(90) });
  };
  const reported = () => broker.values(outcomes).map(({ key, status }) => `${key} ${status}`);
  const stillParked = () => {
    const found = new Map(broker.log(parked.topic).map((record) => [record.key!, record]));
    return [...found.values()].flatMap((record) =>
      'undecodable' in record || record.value === null
        ? []
        : [record.value as unknown as { key: string; code: string }],
    );
  };
  return { world, broker, clock, member, calls, send, reported, stillParked };
}

export const keysTo = (count: number) =>
  Array.from({ length: count }, (_none, index) => `k${String(index).padStart(3, '0')}`);

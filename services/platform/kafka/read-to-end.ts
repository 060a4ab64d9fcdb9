import type { Contract } from '../../../schemas/topics.ts';
import type { Bus, ReadAllOptions } from './types.ts';

/** Hands over everything that is on a topic now, from its beginning or a point in time, all of it or what lies with keys. */
export async function readToEnd<Value>(
  bus: Pick<Bus, 'readAll'>,
  contract: Contract<Value>,
  onRecord: ReadAllOptions<Value>['onRecord'],
  from: Pick<ReadAllOptions<Value>, 'sinceMs' | 'keys'> = {},
): Promise<void> {
  const reading = await bus.readAll(contract, { ...from, onRecord });
  try {
    await reading.caughtUp;
  } finally {
    await reading.stop();
  }
}

import type { Contract } from '../../../schemas/topics.ts';
import type { Bus, ReadAllOptions } from './types.ts';

/** Hands over everything that is on a topic now, from its beginning. */
export async function readToEnd<Value>(
  bus: Pick<Bus, 'readAll'>,
  contract: Contract<Value>,
  onRecord: ReadAllOptions<Value>['onRecord'],
): Promise<void> {
  const reading = await bus.readAll(contract, { onRecord });
  try {
    await reading.caughtUp;
  } finally {
    await reading.stop();
  }
}

import type { Contract } from '../../schemas/topics.ts';
import { readToEnd } from '../../services/platform/kafka/read-to-end.ts';
import type { Bus, Received } from '../../services/platform/kafka/types.ts';

/**
 * Everything that stands on a topic at this moment. A reader that goes along is late by a moment or by seconds, and each
 * topic by its own: what is asserted without being waited for is asked for.
 */
export async function recordsNow<Value>(
  bus: Pick<Bus, 'readAll'>,
  contract: Contract<Value>,
): Promise<Received<Value>[]> {
  const records: Received<Value>[] = [];
  await readToEnd(bus, contract, (record) => void records.push(record));
  return records;
}

/** The newest value of each key; what is gone is gone. */
export async function statesNow<Value>(
  bus: Pick<Bus, 'readAll'>,
  contract: Contract<Value>,
): Promise<Map<string, Value>> {
  const states = new Map<string, Value>();
  await readToEnd(bus, contract, ({ key, value }) => {
    if (value === null) states.delete(key);
    else states.set(key, value);
  });
  return states;
}

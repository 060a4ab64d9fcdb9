import { refresh } from '../../../schemas/topics.ts';
import type { Refresh } from '../../../schemas/types.ts';
import type { Bus } from '../../platform/kafka/types.ts';

const atOnce = 200;

/**
 * Asks for keys in their order, some at a time, until all are asked for or `over` fires. @returns the last one that was
 * asked for, after which a later run goes on; null where there was none
 */
export async function askInOrder(
  bus: Pick<Bus, 'publish'>,
  keys: readonly string[],
  {
    requestOf,
    over,
    onProgress,
  }: { requestOf: (key: string) => Refresh; over: AbortSignal; onProgress: (asked: number) => void },
): Promise<string | null> {
  let last: string | null = null;
  for (let first = 0; first < keys.length && !over.aborted; first += atOnce) {
    const some = keys.slice(first, first + atOnce);
    await Promise.all(some.map((key) => bus.publish(refresh, { value: requestOf(key) })));
    last = some.at(-1)!;
    onProgress(first + some.length);
  }
  return last;
}

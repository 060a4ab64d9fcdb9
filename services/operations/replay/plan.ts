import { outcomes, parked } from '../../../schemas/topics.ts';
import type { Contract } from '../../../schemas/topics.ts';
import { modeOf, processIn } from '../../platform/groups.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { readToEnd } from '../../platform/kafka/read-to-end.ts';

/** More keys than these are asked for by stream (`cartage refresh TOPIC --all`) or in several windows. */
export const keysMax = 200_000;

/**
 * What a replay comes to, key by key. A replay asks for the key at its source, so what is true now is sent, never what the
 * window says.
 */
export type Fate =
  /** What was published last has been handled: the same is found again. */
  | 'unchanged'
  /** Nothing has become of what was published last, or it was refused: it is tried. */
  | 'write'
  /** Something newer was published after the window: what the window says is passed over. */
  | 'stale'
  /** It is parked: it is tried, and stays parked until its cause is gone. */
  | 'held';

export interface ReplayPlan {
  /** In the order in which they are asked for. */
  fates: Map<string, Fate>;
  /** False where there are more keys than may be. */
  isComplete: boolean;
}

export interface Window {
  /** UTC milliseconds, inclusive. */
  from: number;
  /** UTC milliseconds, exclusive. */
  to: number;
}

interface Seen {
  /** Partition and offset of the newest record. */
  partition: number;
  offset: number;
  isInWindow: boolean;
  isNewer: boolean;
}

/**
 * @param keys those that are meant; null: all that were published in the window
 * @param window null: whenever they were published
 */
export async function planReplay(
  bus: Pick<Bus, 'readAll'>,
  contract: Contract<never>,
  { instance, keys, window }: { instance: string; keys: readonly string[] | null; window: Window | null },
): Promise<ReplayPlan> {
  const wanted = keys && new Set(keys);
  const seen = new Map<string, Seen>();
  let isComplete = true;
  await readToEnd(
    bus,
    contract,
    ({ key, partition, offset, publishedAt }) => {
      if (wanted && !wanted.has(key)) return;
      const known = seen.get(key);
      const isInWindow = window === null || (publishedAt >= window.from && publishedAt < window.to);
      // What comes after the window counts for keys of the window alone.
      if (!known && !isInWindow) return;
      if (!known && seen.size >= keysMax) isComplete = false;
      else
        seen.set(key, {
          partition,
          offset,
          isInWindow: isInWindow || known!.isInWindow,
          isNewer: window !== null && publishedAt >= window.to,
        });
    },
    { ...(keys && { keys }), ...(window && { sinceMs: window.from }) },
  );
  const handled = await handledOf(bus, contract.topic, seen, instance);
  const fates = [...seen.keys(), ...(keys ?? []).filter((key) => !seen.has(key))].toSorted();
  return { fates: new Map(fates.map((key) => [key, fateOf(seen.get(key), handled.get(key))])), isComplete };
}

function fateOf(seen: Seen | undefined, handled: 'handled' | 'parked' | undefined): Fate {
  if (handled === 'parked') return 'held';
  if (seen?.isNewer) return 'stale';
  return handled === 'handled' ? 'unchanged' : 'write';
}

/** What has become of the newest record of each key, as far as outcomes are kept. */
async function handledOf(
  bus: Pick<Bus, 'readAll'>,
  topic: string,
  seen: ReadonlyMap<string, Seen>,
  instance: string,
): Promise<Map<string, 'handled' | 'parked'>> {
  const found = new Map<string, 'handled' | 'parked'>();
  await readToEnd(bus, outcomes, ({ value }) => {
    if (value === null || value.topic !== topic || processIn(instance, value.group) === null) return;
    const own = seen.get(value.key);
    if (!own || value.partition !== own.partition || value.offset < own.offset || modeOf(value.group).dry)
      return;
    if (value.status === 'applied' || value.status === 'unchanged') found.set(value.key, 'handled');
    else if (value.status !== 'superseded') found.delete(value.key);
  });
  const parkedKeys = new Map<string, string>();
  await readToEnd(bus, parked, ({ key, value }) => {
    if (value === null) parkedKeys.delete(key);
    else if (value.topic === topic && value.key !== null && processIn(instance, value.group) !== null)
      parkedKeys.set(key, value.key);
  });
  for (const key of parkedKeys.values()) found.set(key, 'parked');
  return found;
}

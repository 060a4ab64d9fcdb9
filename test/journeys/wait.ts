import { until as waitUntil } from '../../deploy/local/story/until.ts';

const never = new AbortController().signal;

/** Waits for a condition and returns what it gave; names it when it does not come. */
export async function until<Value>(
  what: string,
  ask: () => Promise<Value | undefined | false> | Value | undefined | false,
  withinMs = 120_000,
): Promise<Value> {
  const { value } = await waitUntil(what, async () => ask(), never, withinMs);
  return value;
}

import { setTimeout as sleep } from 'node:timers/promises';

export interface Waited<Value> {
  value: Value;
  tookMs: number;
}

/**
 * Asks until the answer is something, and says how long it took.
 * @throws Error naming what was waited for.
 */
export async function until<Value>(
  what: string,
  ask: () => Promise<Value | undefined | false>,
  signal: AbortSignal,
  withinMs = 60_000,
): Promise<Waited<Value>> {
  const begun = performance.now();
  for (;;) {
    const value = await ask();
    const tookMs = performance.now() - begun;
    if (value !== undefined && value !== false) return { value, tookMs };
    if (tookMs > withinMs) throw new Error(`waited ${Math.round(withinMs / 1000)} s in vain for ${what}`);
    await sleep(50, undefined, { signal });
  }
}

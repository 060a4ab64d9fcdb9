import { duration } from './format.js';
import { say } from './texts.js';

/** Whole seconds only, so that it does not flicker. */
export function ago(ms) {
  if (ms < 1500) return say('time.now');
  const time = ms < 60_000 ? `${Math.round(ms / 1000)} s` : duration(ms);
  return say('time.ago', { time });
}

import type { Span } from '@opentelemetry/api';
import type { Unavailable } from '../../errors.ts';
import type { Lease, Received } from '../../kafka/types.ts';

/**
 * What becomes of a record after a try: finished (and its offset may be), or to be tried again. `unknown`: what was
 * tried may still take effect. `lastLook`: the record would be parked but for that; when the outcome is settled it is
 * looked at once more without beginning anything, and this is thrown in place of an effect.
 */
export type AfterTry =
  | { finished: true; unknown: boolean }
  | { finished: false; delayMs: number; unknown: boolean; lastLook: Unavailable | null };

/** A record whose handling began, with what is needed to conclude it. */
export interface Tried {
  record: Received<never>;
  lease: Lease;
  attempts: number;
  /** What its tries are counted on, where a newer record of the key may take its place between them; else the record. */
  countedOn?: object;
  startedAt: number;
  span: Span | null;
  /** Something older may still land on it: it is told when it is written again. */
  unsettled?: boolean;
  /** The partition stands still for it: it is tried, and given up, sooner. */
  pressing?: boolean;
  /** The call that it was a part of, where it was not the only one. */
  call?: object;
  /** It failed with others in one call: nothing is said of it alone. */
  shared?: boolean;
  /** Its handler finds out whether an earlier try took effect before it begins anything. */
  looks?: boolean;
}

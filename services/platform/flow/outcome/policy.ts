import { Held, Rejected, Unavailable } from '../../errors.ts';
import type { Fault } from '../../errors.ts';
import type { PlatformConfig } from '../../config/schema.ts';

export type Policy = PlatformConfig['policy'];

/** How much the reader of one partition may hold. */
export interface Bounds {
  keys: number;
  bytes: number;
  /** From the oldest unfinished record on: all of it is read again, and held, by whoever takes the partition over. */
  distanceRecords: number;
}

/**
 * The bounds of the process, shared evenly by all partitions of what it reads: it may hold every one of them. Counted in
 * bytes and in keys, because a document of 150 bytes takes about 4 KB while it waits.
 */
export function boundsOf(policy: Policy, contracts: readonly { partitions: number }[]): Bounds {
  const { maxPendingKeys, maxPendingBytes, maxDistanceRecords } = policy;
  return sharedBy(contracts, {
    keys: maxPendingKeys,
    bytes: maxPendingBytes,
    distanceRecords: maxDistanceRecords,
  });
}

/** The same of states, of which only what lies on the topic is kept while they wait, and only the newest of a key. */
export function stateBoundsOf(policy: Policy, contracts: readonly { partitions: number }[]): Bounds {
  const { maxPendingStates, maxPendingBytes, maxDistanceStates } = policy;
  return sharedBy(contracts, {
    keys: maxPendingStates,
    bytes: maxPendingBytes,
    distanceRecords: maxDistanceStates,
  });
}

function sharedBy(contracts: readonly { partitions: number }[], bounds: Bounds): Bounds {
  const partitions = contracts.reduce((sum, contract) => sum + contract.partitions, 0);
  const share = (bound: number) => Math.max(1, Math.floor(bound / partitions));
  return {
    keys: share(bounds.keys),
    bytes: share(bounds.bytes),
    distanceRecords: share(bounds.distanceRecords),
  };
}

/** What to do with a record whose handling threw. */
export type Decision =
  | { kind: 'park'; status: 'rejected' | 'held'; fault: Fault }
  /** The other side is at fault: wait in place. `unknown` outcomes wait until the other side must have ended. */
  | { kind: 'wait'; delayMs: number; fault: Fault; unknown: boolean; needsOperator: boolean }
  /** It may be the record or the other side: a probe call after this try, and one before it, decide (`isLast`). */
  | { kind: 'probe'; delayMs: number; fault: Fault; unknown: boolean; isLast: boolean }
  /** The other side is well and does not show it yet: no failure, and nothing to tell of. */
  | { kind: 'later'; delayMs: number; fault: Fault }
  /** A bug of ours: the other side is not to blame, its breaker stays closed. */
  | { kind: 'again'; delayMs: number; fault: Fault };

/**
 * The retry and park policy, the only place that knows it.
 * @param attempts tries made so far, 1 after the first.
 * @param chance a number in [0, 1) that spreads retries.
 */
export function decide(error: unknown, attempts: number, policy: Policy, chance: number): Decision {
  if (error instanceof Rejected)
    return { kind: 'park', status: error instanceof Held ? 'held' : 'rejected', fault: error.fault };
  const delayMs = backOffMs(attempts, policy, chance);
  if (error instanceof Unavailable) {
    if (error.notYet) return { kind: 'later', delayMs: error.retryAfterMs ?? delayMs, fault: error.fault };
    const unknown = error.outcome === 'unknown';
    const wait = { delayMs: Math.max(delayMs, error.retryAfterMs ?? 0), fault: error.fault, unknown };
    const triesLeft = policy.perhapsRecordTries - attempts;
    if (error.perhapsRecord && triesLeft <= 1) return { kind: 'probe', ...wait, isLast: triesLeft <= 0 };
    return { kind: 'wait', ...wait, needsOperator: error.needsOperator };
  }
  const fault = bugFault(error);
  if (attempts >= policy.bugTries) return { kind: 'park', status: 'rejected', fault };
  return { kind: 'again', delayMs, fault };
}

/** Doubles from `retryInitialMs` to `retryMaxMs`, half of it by chance, so that many keys do not knock at once. */
export function backOffMs(attempts: number, policy: Policy, chance: number): number {
  const fullMs = Math.min(policy.retryMaxMs, policy.retryInitialMs * 2 ** (attempts - 1));
  return Math.round(fullMs / 2 + (fullMs / 2) * chance);
}

/** A record that holds its whole partition back has no more tries than these before a probe, and one after it, decides. */
const pressingTries = 2;

/** The patience with such a record. */
export function pressed(policy: Policy): Policy {
  return { ...policy, perhapsRecordTries: Math.min(policy.perhapsRecordTries, pressingTries) };
}

/** The fault of a record that alone gets errors while a probe call succeeds. */
export function recordFault(fault: Fault, attempts: number, unknown: boolean): Fault {
  const maybe = unknown ? '; what it asked for last may have been carried out all the same' : '';
  return {
    ...fault,
    code: 'record.always_fails',
    what: `${fault.what}, ${attempts} times, while other calls succeed${maybe}`,
    fix: 'Look at the record and at the log of the other side; when mended, `cartage parked release KEY`',
  };
}

function bugFault(error: unknown): Fault {
  const name = error instanceof Error ? error.name : typeof error;
  // The message of an unforeseen error may hold anything, personal data too: it goes to no topic.
  return {
    code: 'bug',
    what: `An unforeseen ${name} while handling the record`,
    fix: 'Look for the record in the log of the process and report it as a bug; when mended, `cartage parked release --cause bug`',
  };
}

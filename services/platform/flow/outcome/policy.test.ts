import { describe, expect, it } from '@jest/globals';
import { Held, Rejected, Unavailable } from '../../errors.ts';
import { backOffMs, boundsOf, decide, pressed, recordFault, stateBoundsOf } from './policy.ts';
import { policyOf } from '../testing/context.ts';

const policy = policyOf({
  retryInitialMs: 100,
  retryMaxMs: 1_000,
  bugTries: 3,
  perhapsRecordTries: 4,
});
const fault = { code: 'shop.down', what: 'Down', fix: 'Wait' };

describe('the policy', () => {
  it.each([
    ['a record at fault', new Rejected(fault), 1, { kind: 'park', status: 'rejected' }],
    ['a record that waits for something', new Held(fault), 1, { kind: 'park', status: 'held' }],
    [
      'the other side at fault, however often',
      new Unavailable(fault),
      99,
      { kind: 'wait', delayMs: 750, unknown: false, needsOperator: false },
    ],
    [
      'an unknown outcome',
      new Unavailable(fault, { outcome: 'unknown' }),
      1,
      { kind: 'wait', unknown: true },
    ],
    [
      'a wait that was asked for',
      new Unavailable(fault, { retryAfterMs: 7_000 }),
      1,
      { kind: 'wait', delayMs: 7_000 },
    ],
    [
      'a refused login',
      new Unavailable(fault, { needsOperator: true }),
      1,
      { kind: 'wait', needsOperator: true },
    ],
    ['what is not there yet, however often', new Unavailable(fault, { notYet: true }), 99, { kind: 'later' }],
    ['a 5xx that is young', new Unavailable(fault, { perhapsRecord: true }), 2, { kind: 'wait' }],
    [
      'one before its last try',
      new Unavailable(fault, { perhapsRecord: true }),
      3,
      { kind: 'probe', isLast: false },
    ],
    ['a 5xx that lasts', new Unavailable(fault, { perhapsRecord: true }), 4, { kind: 'probe', isLast: true }],
    ['a bug, at first', new TypeError('x'), 2, { kind: 'again', fault: { code: 'bug' } }],
    ['a bug that lasts', new TypeError('x'), 3, { kind: 'park', status: 'rejected', fault: { code: 'bug' } }],
  ] as const)('decides on %s', (_name, error, attempts, decision) => {
    expect(decide(error, attempts, policy, 0.5)).toMatchObject(decision);
  });

  it('tells nothing of an unforeseen error but its name: its message may hold personal data', () => {
    const decision = decide(new TypeError('cannot read jane@example.org'), 3, policy, 0.5);
    expect(JSON.stringify(decision)).not.toContain('jane');
  });

  it.each([
    [new TypeError('x'), 'TypeError'],
    ['x', 'string'],
  ])('names what was thrown: %s', (thrown, name) => {
    expect(decide(thrown, 3, policy, 0.5)).toMatchObject({
      fault: { what: `An unforeseen ${name} while handling the record` },
    });
  });

  it('has two tries for a record that others wait for, and no more than for others', () => {
    expect([pressed(policy).perhapsRecordTries, pressed({ ...policy, perhapsRecordTries: 1 })]).toMatchObject(
      [2, { perhapsRecordTries: 1, retryMaxMs: 1_000 }],
    );
  });

  it('says of a record that always fails whether its last try may have worked', () => {
    const maybe = /may have been carried out/;
    expect(recordFault(fault, 4, true)).toMatchObject({
      code: 'record.always_fails',
      what: expect.stringMatching(maybe),
    });
    expect(recordFault(fault, 4, false).what).toBe('Down, 4 times, while other calls succeed');
  });

  it('doubles the wait up to its limit, half of it by chance', () => {
    expect([1, 2, 3, 4, 5, 2_000].map((attempts) => backOffMs(attempts, policy, 0))).toEqual([
      50, 100, 200, 400, 500, 500,
    ]);
    expect([1, 2, 60].map((attempts) => backOffMs(attempts, policy, 1))).toEqual([100, 200, 1_000]);
  });
});

describe('the bounds of memory', () => {
  it('are those of the process, however many partitions and topics it holds', () => {
    const bounds = { maxPendingKeys: 120, maxPendingBytes: 1_200, maxDistanceRecords: 7 };
    const states = { maxPendingStates: 240, maxDistanceStates: 360 };
    expect(boundsOf(policyOf(bounds), [{ partitions: 6 }, { partitions: 6 }])).toEqual({
      keys: 10,
      bytes: 100,
      distanceRecords: 1,
    });
    expect(stateBoundsOf(policyOf({ ...bounds, ...states }), [{ partitions: 12 }])).toEqual({
      keys: 20,
      bytes: 100,
      distanceRecords: 30,
    });
  });
});

import { describe, expect, it } from '@jest/globals';
import { Held, Rejected, Unavailable } from '../../errors.ts';
import { Breaker } from './breaker.ts';
import { backOffMs, boundsOf, decide } from './policy.ts';
import { policyOf } from '../testing/context.ts';

const policy = policyOf({
  retryInitialMs: 100,
  retryMaxMs: 1_000,
  bugTries: 3,
  perhapsRecordTries: 4,
  breakerFailures: 3,
  rejectionsInRow: 4,
  rejectionsPauseMs: 5_000,
});
const fault = { code: 'shop.down', what: 'Down', fix: 'Wait' };

describe('the policy', () => {
  it.each([
    ['a record at fault', new Rejected(fault), 1, { kind: 'park', status: 'rejected' }],
    ['a record that waits for something', new Held(fault), 1, { kind: 'park', status: 'held' }],
    ['the other side at fault, however often', new Unavailable(fault), 99, { kind: 'wait', unknown: false }],
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
    ['a 5xx that is young', new Unavailable(fault, { perhapsRecord: true }), 3, { kind: 'wait' }],
    ['a 5xx that lasts', new Unavailable(fault, { perhapsRecord: true }), 4, { kind: 'probe' }],
    ['a bug, at first', new TypeError('x'), 2, { kind: 'again', fault: { code: 'bug' } }],
    ['a bug that lasts', new TypeError('x'), 3, { kind: 'park', status: 'rejected', fault: { code: 'bug' } }],
  ] as const)('decides on %s', (_name, error, attempts, decision) => {
    expect(decide(error, attempts, policy, 0.5)).toMatchObject(decision);
  });

  it('tells nothing of an unforeseen error but its name: its message may hold personal data', () => {
    const decision = decide(new TypeError('cannot read jane@example.org'), 3, policy, 0.5);
    expect(JSON.stringify(decision)).not.toContain('jane');
  });

  it('doubles the wait up to its limit, half of it by chance', () => {
    expect([1, 2, 3, 4, 5, 60].map((attempts) => backOffMs(attempts, policy, 0))).toEqual([
      50, 100, 200, 400, 500, 500,
    ]);
    expect([1, 2, 60].map((attempts) => backOffMs(attempts, policy, 1))).toEqual([100, 200, 1_000]);
  });
});

describe('the bounds of memory', () => {
  it('are those of the process, however many partitions and topics it holds', () => {
    const bounds = { maxPendingKeys: 120, maxPendingBytes: 1_200, maxDistanceRecords: 7 };
    expect(boundsOf(policyOf(bounds), [{ partitions: 6 }, { partitions: 6 }])).toEqual({
      keys: 10,
      bytes: 100,
      distanceRecords: 1,
    });
  });
});

describe('the breaker', () => {
  const none = { needsOperator: false, retryAfterMs: 0 };
  const failing = (times: number, now = 0) => {
    const breaker = new Breaker(policy, () => 1);
    for (let failures = 0; failures < times; failures += 1) {
      breaker.begin();
      breaker.failed(now, none);
    }
    return breaker;
  };

  it('opens after failures in a row, lets one try through, and waits longer after each that fails', () => {
    expect([failing(2).state, failing(2).waitMs(0)]).toEqual([0, 0]);
    const breaker = failing(3);
    expect([breaker.state, breaker.waitMs(0), breaker.waitMs(40)]).toEqual([1, 100, 60]);
    expect(breaker.waitMs(100)).toBe(0);
    breaker.begin();
    expect(breaker.waitMs(100)).toBe(Infinity);
    breaker.failed(100, none);
    expect(breaker.waitMs(100)).toBe(200);
    breaker.begin();
    breaker.succeeded();
    expect([breaker.state, breaker.waitMs(300)]).toEqual([0, 0]);
  });

  it('is not held open longer by work that was in flight when it opened', () => {
    const breaker = failing(3);
    for (let stragglers = 0; stragglers < 10; stragglers += 1) breaker.failed(5, none);
    expect(breaker.waitMs(5)).toBe(95);
    breaker.failed(5, { needsOperator: false, retryAfterMs: 900 });
    expect(breaker.waitMs(5)).toBe(900);
  });

  it('waits as long as it is told to at the first word, whatever succeeds meanwhile, but not for days', () => {
    const breaker = new Breaker(policy, () => 1);
    breaker.failed(0, { needsOperator: false, retryAfterMs: 8_000 });
    breaker.succeeded();
    expect([breaker.waitMs(0), breaker.waitMs(7_999), breaker.waitMs(8_000)]).toEqual([8_000, 1, 0]);
    const { retryAfterMs } = new Unavailable(fault, { retryAfterMs: 9 * 86_400_000 });
    expect(retryAfterMs).toBe(15 * 60_000);
  });

  it('forgets failures at a success, and a try that says nothing lets the next one decide', () => {
    const breaker = failing(2);
    breaker.succeeded();
    breaker.failed(0, none);
    expect(breaker.state).toBe(0);
    const open = failing(3);
    open.begin();
    open.inconclusive();
    expect(open.waitMs(100)).toBe(0);
  });

  it('opens at once, and long, when a person has to act', () => {
    const breaker = new Breaker(policy, () => 0);
    breaker.failed(0, { needsOperator: true, retryAfterMs: 0 });
    expect(breaker.waitMs(0)).toBe(1_000);
  });

  it('opens when more than half of the last calls failed, though none of them in a row; many records of one call count once', () => {
    const breaker = new Breaker(policy, () => 1);
    let calls = 0;
    for (; breaker.state === 0 && calls < 50; calls += 1)
      if (calls % 3 > 0) breaker.failed(0, none);
      else for (let record = 0; record < 50; record += 1) breaker.succeeded(record === 0);
    expect([breaker.state, calls]).toEqual([1, 12]);
    const half = new Breaker(policy, () => 1);
    for (let call = 0; call < 40; call += 1) {
      half.succeeded();
      half.failed(0, none);
    }
    expect(half.state).toBe(0);
  });

  it('begins to count anew when it closes', () => {
    const breaker = new Breaker(policy, () => 1);
    for (let call = 0; call < 12; call += 1)
      if (call % 3 === 0) breaker.succeeded();
      else breaker.failed(0, none);
    expect(breaker.state).toBe(1);
    breaker.begin();
    breaker.succeeded();
    expect([breaker.failed(0, none), breaker.failed(0, none), breaker.state]).toEqual([0, 0, 0]);
  });

  it('stops when nearly all of the last records were rejected, and not for most of them', () => {
    const stopsWith = (everyGood: number) => {
      const breaker = new Breaker({ ...policy, rejectionsInRow: 20 }, () => 1);
      for (let record = 1; record <= 400; record += 1)
        if (record % everyGood === 0) breaker.succeeded();
        else if (breaker.rejected(0)) return true;
      return false;
    };
    expect([stopsWith(15), stopsWith(4)]).toEqual([true, false]);
  });

  it('stops at rejections in a row, and goes on at the first success', () => {
    const breaker = new Breaker(policy, () => 1);
    expect([1, 2, 3, 4].map(() => breaker.rejected(0))).toEqual([false, false, false, true]);
    expect([breaker.state, breaker.waitMs(0)]).toEqual([2, 5_000]);
    breaker.begin();
    expect([breaker.rejected(5_000), breaker.waitMs(5_000)]).toEqual([true, 5_000]);
    breaker.begin();
    breaker.succeeded();
    expect([breaker.state, breaker.rejected(10_000)]).toEqual([0, false]);
  });
});

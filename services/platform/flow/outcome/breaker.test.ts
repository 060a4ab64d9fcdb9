import { describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../errors.ts';
import { policyOf } from '../testing/context.ts';
import { Breaker } from './breaker.ts';

const policy = policyOf({
  retryInitialMs: 100,
  retryMaxMs: 1_000,
  breakerFailures: 3,
  rejectionsInRow: 4,
  rejectionsPauseMs: 5_000,
});
const fault = { code: 'shop.down', what: 'Down', fix: 'Wait' };

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
    // And waits no longer than the first time when it opens anew.
    for (let failures = 0; failures < 3; failures += 1) breaker.failed(400, none);
    expect(breaker.waitMs(400)).toBe(100);
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
    // Where it is open as well, one try decides then too.
    const open = failing(2);
    open.failed(0, { needsOperator: false, retryAfterMs: 100 });
    open.begin();
    expect(open.waitMs(100)).toBe(Infinity);
    const { retryAfterMs } = new Unavailable(fault, { retryAfterMs: 9 * 86_400_000 });
    expect(retryAfterMs).toBe(15 * 60_000);
  });

  it('forgets failures at a success, and a try that says nothing lets the next one decide', () => {
    const breaker = failing(2);
    breaker.succeeded();
    expect([breaker.failed(0, none), breaker.failed(0, none), breaker.state]).toEqual([0, 0, 0]);
    // A rejection is an answer, and closes it too.
    const tried = failing(3);
    tried.begin();
    expect([tried.rejected(100), tried.state]).toEqual([false, 0]);
    expect(breaker.rejected(0)).toBe(false);
    expect([breaker.failed(0, none), breaker.failed(0, none), breaker.state]).toEqual([0, 0, 0]);
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
      if (call % 2 === 0) half.succeeded();
      else half.rejected(0);
      expect(half.failed(0, none)).toBe(0);
    }
    // Of the last twelve six failed, so the next one that is more is the drop.
    half.succeeded();
    half.failed(0, none);
    expect([half.state, half.failed(0, none)]).toEqual([0, 100]);
  });

  it('begins to count anew when it closes', () => {
    const breaker = new Breaker(policy, () => 1);
    for (let call = 0; call < 12; call += 1)
      if (call % 3 === 0) breaker.succeeded();
      else breaker.failed(0, none);
    expect(breaker.state).toBe(1);
    breaker.begin();
    breaker.succeeded();
    for (let call = 0; call < 12; call += 1)
      if (call % 2 === 0) expect(breaker.failed(0, none)).toBe(0);
      else breaker.succeeded();
  });

  it('stops when nearly all of the last records were rejected, and not for most of them', () => {
    /** After how many records it stops when every so many one is good. */
    const stopsAt = (everyGood: number) => {
      const breaker = new Breaker({ ...policy, rejectionsInRow: 20 }, () => 1);
      for (let record = 1; record <= 400; record += 1)
        if (record % everyGood === 0) breaker.succeeded();
        else if (breaker.rejected(0)) return record;
      return null;
    };
    expect([stopsAt(15), stopsAt(10), stopsAt(4)]).toEqual([40, null, null]);
  });

  it('counts rejections anew when it goes on', () => {
    const breaker = new Breaker({ ...policy, rejectionsInRow: 20 }, () => 1);
    for (let record = 1; record <= 40; record += 1)
      if (record % 15 === 0) breaker.succeeded();
      else breaker.rejected(0);
    expect(breaker.state).toBe(2);
    breaker.begin();
    breaker.succeeded();
    expect([breaker.rejected(5_000), breaker.state]).toEqual([false, 0]);
  });

  it('stops at rejections in a row, and goes on at the first success', () => {
    const breaker = new Breaker(policy, () => 1);
    expect([1, 2, 3, 4].map(() => breaker.rejected(0))).toEqual([false, false, false, true]);
    expect([breaker.state, breaker.waitMs(0)]).toEqual([2, 5_000]);
    breaker.begin();
    expect([breaker.rejected(5_000), breaker.waitMs(5_000), breaker.waitMs(10_000)]).toEqual([
      true,
      5_000,
      0,
    ]);
    breaker.begin();
    breaker.succeeded();
    expect(breaker.state).toBe(0);
    expect([1, 2, 3, 4].map(() => breaker.rejected(10_000))).toEqual([false, false, false, true]);
  });
});

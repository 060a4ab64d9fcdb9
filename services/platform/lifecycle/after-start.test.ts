import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { clearAfterStart } from './after-start.ts';
import type { Collect } from './after-start.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('what the start has left', () => {
  it('is given back once, when there is little to do', () => {
    const collect = jest.fn<Collect>();
    let share = 0.4;
    clearAfterStart(
      collect,
      () => share,
      () => 20_000_000,
    );
    jest.advanceTimersByTime(60_000);
    expect(collect).not.toHaveBeenCalled();
    share = 0.01;
    jest.advanceTimersByTime(60_000);
    expect(collect).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('stays where so much is kept that everything would wait for long', () => {
    const collect = jest.fn<Collect>();
    clearAfterStart(
      collect,
      () => 0,
      () => 500_000_000,
    );
    jest.advanceTimersByTime(60_000);
    expect(collect).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('stays where Node was started without the means', () => {
    // A test of the same worker may have given Node the means.
    clearAfterStart(null);
    expect(jest.getTimerCount()).toBe(0);
  });
});

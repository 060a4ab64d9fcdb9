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

  it.each([
    [64, 1],
    [65, 0],
    [500, 0],
  ])(
    'stays where so much is kept that everything would wait for long: %d MiB, given back %d times',
    (mebibytes, times) => {
      const collect = jest.fn<Collect>();
      clearAfterStart(
        collect,
        () => 0.05,
        () => mebibytes * 1_048_576,
      );
      jest.advanceTimersByTime(9_999);
      expect(jest.getTimerCount()).toBe(1);
      jest.advanceTimersByTime(1);
      expect(collect).toHaveBeenCalledTimes(times);
      expect(jest.getTimerCount()).toBe(0);
    },
  );

  it('stays where Node was started without the means', () => {
    // A test of the same worker may have given Node the means.
    clearAfterStart(null);
    expect(jest.getTimerCount()).toBe(0);
  });
});

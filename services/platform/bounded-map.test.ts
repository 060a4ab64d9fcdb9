import { describe, expect, it } from '@jest/globals';
import { BoundedMap } from './bounded-map.ts';

describe('a bounded map', () => {
  const filled = (max: number, count: number) => {
    const map = new BoundedMap<number, string>(max);
    for (let key = 0; key < count; key += 1) map.set(key, `value ${key}`);
    return map;
  };

  it('never holds more than it may, and always the newer half', () => {
    for (let count = 1; count < 40; count += 1) {
      const map = filled(10, count);
      expect(map.size).toBeLessThanOrEqual(10);
      for (let age = 1; age <= Math.min(count, 5); age += 1)
        expect(map.get(count - age)).toBe(`value ${count - age}`);
    }
  });

  it('forgets what was written longest ago', () => {
    const map = filled(10, 11);
    expect([map.has(0), map.get(4)]).toEqual([false, undefined]);
  });

  it('counts a key that is written again as new, and holds it once', () => {
    const map = filled(10, 8);
    map.set(0, 'again');
    expect(map.size).toBe(8);
    for (let key = 20; key < 24; key += 1) map.set(key, 'more');
    expect(map.get(0)).toBe('again');
  });

  it('deletes wherever the entry is', () => {
    const map = filled(10, 7);
    map.delete(0);
    map.delete(6);
    expect([map.has(0), map.has(6), map.size]).toEqual([false, false, 5]);
    map.clear();
    expect(map.size).toBe(0);
  });
});

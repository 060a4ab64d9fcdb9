import { describe, expect, it } from '@jest/globals';
import { SeenIds } from './seen-ids.ts';

describe('SeenIds', () => {
  const make = (max = 10) => {
    const clock = { now: 0 };
    return { clock, ids: new SeenIds({ ttlMs: 1_000, max, now: () => clock.now }) };
  };

  it('remembers what is done, for its time', async () => {
    const { clock, ids } = make();
    await ids.begin('a', Promise.resolve({ done: true }));
    expect(ids.isDone('a')).toBe(true);
    clock.now = 1_000;
    expect(ids.isDone('a')).toBe(false);
  });

  it('does not remember what failed or was refused', async () => {
    const { ids } = make();
    await ids.begin('a', Promise.resolve({ done: false }));
    await expect(ids.begin('b', Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect([ids.isDone('a'), ids.isDone('b'), ids.underWay('b')]).toEqual([false, false, undefined]);
  });

  it('forgets the oldest when there are more than it may hold', async () => {
    const { ids } = make(4);
    for (const id of ['a', 'b', 'c', 'd', 'e']) await ids.begin(id, Promise.resolve({ done: true }));
    expect(['a', 'b', 'c', 'd', 'e'].filter((id) => ids.isDone(id))).toEqual(['c', 'd', 'e']);
  });
});

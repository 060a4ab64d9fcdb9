import { describe, expect, it } from '@jest/globals';
import { reportAnswered } from './dirt.ts';
import type { Dirt } from './dirt.ts';
import { DirtySet } from './dirty-set.ts';

describe('dirty keys', () => {
  it('are given out oldest first, and merged with what came meanwhile when they are put back', () => {
    const dirty = new DirtySet();
    const told: string[] = [];
    dirty.add('a', {
      mark: '1',
      position: '5',
      shownFrom: 6,
      occurredAt: 50,
      onAnswered: () => told.push('first'),
    });
    dirty.add('b', { mark: '2', position: '6', occurredAt: 60 });
    const taken = dirty.take(1);
    expect([...taken.keys()]).toEqual(['a']);
    dirty.add('c', { mark: '3' });
    dirty.add('a', {
      mark: '4',
      position: '9',
      shownFrom: 10,
      occurredAt: 40,
      asked: 'W1/A',
      onAnswered: () => told.push('second'),
    });
    dirty.putBack(taken);
    const again = dirty.take(10);
    expect([...again.keys()]).toEqual(['a', 'b', 'c']);
    expect(again.get('a')).toMatchObject({
      marks: new Set(['1', '4']),
      position: '9',
      shownFrom: 10,
      occurredAt: 40,
      asked: new Set(['W1/A']),
    });
    reportAnswered(again.get('a')!);
    reportAnswered(again.get('a')!);
    expect(told).toEqual(['first', 'second']);
  });

  it('that are to be asked in one question stand together, behind the others, with what came meanwhile', () => {
    const dirty = new DirtySet();
    for (const key of ['a', 'b', 'c']) dirty.add(key, { mark: key });
    const [[key, dirt]] = dirty.take(1) as unknown as [[string, Dirt]];
    dirty.add('a', { mark: 'later' });
    dirty.askTogether(key, dirt, ['b', 'd']);
    const taken = dirty.take(10);
    expect([...taken].map(([name, { marks }]) => `${name} ${[...marks].join()}`)).toEqual([
      'c c',
      'a a,later',
      'b b',
      'd ',
    ]);
  });

  it('that one change has made dirty twice wait for its transaction once', () => {
    const dirty = new DirtySet();
    let held = 2;
    const cause = { mark: '1', transaction: { release: () => void (held -= 1) } };
    dirty.add('a', cause);
    dirty.add('a', cause);
    expect(held).toBe(1);
    reportAnswered(dirty.take(1).get('a')!);
    expect(held).toBe(0);
  });

  it('tell since when the oldest of them waits', () => {
    const dirty = new DirtySet();
    expect(dirty.oldestAt).toBeNull();
    dirty.add('a', {});
    expect(dirty.oldestAt).toBeNull();
    dirty.add('b', { occurredAt: 60 });
    dirty.add('c', { occurredAt: 50 });
    // A source tells in its order: what waits longest is what came first.
    expect(dirty.oldestAt).toBe(60);
  });

  it('wake whoever waits, and a signal does too', async () => {
    const dirty = new DirtySet();
    const never = new AbortController();
    const waiting = dirty.wait(never.signal);
    dirty.add('a', {});
    await waiting;
    expect(dirty.take(1).size).toBe(1);
    const stopping = dirty.wait(never.signal);
    never.abort();
    await stopping;
    expect(dirty.size).toBe(0);
  });

  it('that were asked for first are as old as the change that comes to them', () => {
    const dirty = new DirtySet();
    dirty.add('a', { asked: 'W1/A' });
    dirty.add('a', { mark: '1', occurredAt: 50 });
    expect(dirty.take(1).get('a')).toMatchObject({ occurredAt: 50 });
  });

  it('let go of their transactions when they are given up, and keep who asked for them', () => {
    const dirty = new DirtySet();
    const told: string[] = [];
    const transaction = { release: () => void told.push('released') };
    dirty.add('a', { mark: '1', occurredAt: 50, transaction });
    dirty.add('b', { asked: 'W1/B', traceparent: 'theirs', onAnswered: () => told.push('answered') });
    const left = dirty.giveUp();
    expect([told, dirty.size]).toEqual([['released'], 0]);
    expect(left).toMatchObject({
      marks: new Set(['1']),
      asked: new Set(['W1/B']),
      occurredAt: null,
      traceparent: 'theirs',
    });
    reportAnswered(left);
    expect(told).toEqual(['released', 'answered']);
  });
});

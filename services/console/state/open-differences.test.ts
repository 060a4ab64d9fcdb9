import { describe, expect, it } from '@jest/globals';
import type { Difference } from '../../../schemas/types.ts';
import { OpenDifferences } from './open-differences.ts';

const one = (own: Partial<Difference>) =>
  ({
    instance: 'main',
    kind: 'stock',
    cause: 'deleted',
    firstSeenAt: 5,
    valueMinor: null,
    digits: null,
    currency: null,
    repair: 'none',
    ...own,
  }) as Difference;

describe('what differs now', () => {
  it('is grouped by kind and cause, the oldest first, with what is at risk', () => {
    const open = new OpenDifferences('main');
    const money = { kind: 'orders', cause: 'parked', valueMinor: 150, digits: 2, currency: 'EUR' };
    open.take('a', one({}));
    open.take('b', one({ ...money, firstSeenAt: 3 }));
    open.take('c', one({ ...money, repair: 'failed', firstSeenAt: 9 }));
    open.take('d', one({ instance: 'other' }));
    expect(open.summary()).toMatchObject({
      total: 3,
      complete: true,
      groups: [
        {
          kind: 'orders',
          cause: 'parked',
          count: 2,
          oldestAt: 3,
          failed: 1,
          mayHelp: false,
          atRisk: [{ currency: 'EUR', minor: 300, digits: 2 }],
        },
        { kind: 'stock', count: 1, atRisk: [], mayHelp: true },
      ],
    });
    expect(open.list({ kind: 'orders' }).map(({ differenceKey }) => differenceKey)).toEqual(['b', 'c']);
    expect(open.list({}, 1).map(({ differenceKey }) => differenceKey)).toEqual(['b']);
  });

  it('is gone with its tombstone, and counts each change', () => {
    const open = new OpenDifferences('main');
    open.take('a', one({}));
    const { version } = open.summary();
    open.take('a', null);
    expect(open.summary()).toMatchObject({ total: 0, groups: [] });
    expect(open.summary().version).toBeGreaterThan(version);
  });

  it('has a bound, and says when it was reached', () => {
    const open = new OpenDifferences('main', 2);
    for (const id of ['a', 'b', 'b', 'c']) open.take(id, one({}));
    expect(open.summary()).toMatchObject({ total: 2, complete: false });
    open.clear();
    expect(open.summary()).toMatchObject({ total: 0, complete: true });
  });
});

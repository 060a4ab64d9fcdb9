/** Real: the sweep. Doubles: the shop's list (an array, filtered as Magento does), publishing, the cursor. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { assert, asyncProperty, integer } from 'fast-check';
import type { Refresh } from '../../../schemas/types.ts';
import { LimitExceeded } from '../../magento/rest/answers.ts';
import { epochMsOf, magentoTime } from '../../magento/rest/time.ts';
import type { SweepPosition } from './cursor.ts';
import { Sweep } from './sweep.ts';
import type { SweepOptions } from './sweep.ts';
import type { SweptList, SweptRow } from './swept.ts';
import { NotingBus } from '../testing/support.ts';

interface Row {
  id: number;
  updatedAt: string;
}

const start = Date.UTC(2026, 10, 23, 8, 0, 0);
const at = (second: number) => magentoTime(start + second * 1000);

let rows: Row[];
let known: Set<number>;
let bus: NotingBus;
let positions: SweepPosition[];
let serverMs: number;
let pages: number;
let maxPageSize: number;

beforeEach(() => {
  rows = [];
  known = new Set();
  bus = new NotingBus();
  positions = [];
  serverMs = start + 100_000;
  pages = 0;
  maxPageSize = Infinity;
});

/** The list as Magento answers it: bounds included, rows of the first time up to the last id left out. */
function list(startsAt: 'since' | 'now' = 'since'): SweptList {
  return {
    name: 'orders',
    startsAt,
    page: ({ updatedFrom, updatedTo, afterEntityId = 0, pageSize }) => {
      pages += 1;
      if (pageSize > maxPageSize)
        return Promise.reject(
          new LimitExceeded({ code: 'magento.page_size', what: 'too many', fix: 'fewer' }, maxPageSize),
        );
      const found = rows
        .filter(({ updatedAt }) => updatedAt >= updatedFrom && updatedAt <= updatedTo)
        .filter(({ id, updatedAt }) => updatedAt > updatedFrom || id > afterEntityId)
        .toSorted((left, right) => left.updatedAt.localeCompare(right.updatedAt) || left.id - right.id);
      return Promise.resolve({ rows: found.slice(0, pageSize).map(swept), totalCount: found.length });
    },
  };
}

function swept({ id, updatedAt }: Row): SweptRow {
  return {
    entityId: id,
    updatedAt,
    asked: { topic: 'magento.orders', key: `us/default/${id}`, entityId: null },
    seen: updatedAt,
    known: known.has(id),
  };
}

function sweep(more: Partial<SweepOptions> = {}, startsAt: 'since' | 'now' = 'since'): Sweep {
  return new Sweep(list(startsAt), {
    bus,
    cursors: {
      position: () => positions.at(-1) ?? null,
      write: (_resource, position) => {
        positions.push(position);
        return Promise.resolve();
      },
    },
    clock: { now: () => start },
    serverTime: () => Promise.resolve({ serverMs }),
    since: start,
    overlapMs: 30_000,
    marginMs: 2_000,
    pageSize: 2,
    mayGoOn: () => true,
    ...more,
  });
}

const asked = () => bus.of<Refresh>('cartage.refresh').map(({ key }) => Number(key.split('/')[2]));

describe('a sweep', () => {
  it('asks for every order once, page by page, many of one second included', async () => {
    rows = Array.from({ length: 7 }, (_, index) => ({ id: index + 1, updatedAt: at(index < 5 ? 3 : 4) }));
    const one = sweep();
    expect(await one.run()).toEqual({ rows: 7, requests: 7 });
    expect(asked()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(positions.at(-1)).toEqual({ updatedAt: at(4), entityId: 7 });
    expect((await one.run()).requests).toBe(0);
    expect(bus.of<Refresh>('cartage.refresh')[0]).toMatchObject({ reason: 'sweep', seen: at(3) });
    expect(bus.published[0]?.traceparent).not.toBe(bus.published[1]?.traceparent ?? '');
  });

  it('leaves out what was published in that state', async () => {
    rows = [
      { id: 1, updatedAt: at(1) },
      { id: 2, updatedAt: at(2) },
    ];
    known.add(1);
    await sweep().run();
    expect(asked()).toEqual([2]);
  });

  it('finds what a long transaction shows later than its time', async () => {
    rows = [{ id: 2, updatedAt: at(60) }];
    const one = sweep();
    await one.run();
    rows.push({ id: 1, updatedAt: at(40) });
    await one.run();
    expect(asked()).toEqual([2, 1]);
    expect(positions.at(-1)).toEqual({ updatedAt: at(60), entityId: 2 });
  });

  it('stays behind the clock of the shop', async () => {
    rows = [{ id: 1, updatedAt: at(99) }];
    const one = sweep();
    await one.run();
    expect(asked()).toEqual([]);
    serverMs += 1_000;
    await one.run();
    expect(asked()).toEqual([1]);
  });

  it('goes on at the cursor of another process, not at the beginning', async () => {
    rows = [
      { id: 1, updatedAt: at(10) },
      { id: 2, updatedAt: at(80) },
    ];
    positions.push({ updatedAt: at(79), entityId: 9 });
    await sweep().run();
    expect(asked()).toEqual([2]);
  });

  it('does not move the cursor over a request that was not acknowledged', async () => {
    rows = [{ id: 1, updatedAt: at(1) }];
    bus.fail = new Error('no broker');
    const one = sweep();
    await expect(one.run()).rejects.toThrow('no broker');
    expect(positions).toEqual([]);
    bus.fail = null;
    await one.run();
    expect(asked()).toEqual([1]);
  });

  it('stops between pages when it is no longer ours', async () => {
    rows = Array.from({ length: 6 }, (_, index) => ({ id: index + 1, updatedAt: at(index) }));
    await sweep({ mayGoOn: () => pages < 1 }).run();
    expect(asked()).toEqual([1, 2]);
  });

  it('takes the page size that the shop allows', async () => {
    rows = Array.from({ length: 5 }, (_, index) => ({ id: index + 1, updatedAt: at(index) }));
    maxPageSize = 3;
    await sweep({ pageSize: 100 }).run();
    expect(asked()).toEqual([1, 2, 3, 4, 5]);
  });

  it('of a list without history begins at the shop’s now, and says so to whoever comes next', async () => {
    rows = [{ id: 1, updatedAt: at(10) }];
    await sweep({}, 'now').run();
    expect(asked()).toEqual([]);
    expect(positions).toEqual([{ updatedAt: at(70), entityId: 0 }]);
  });

  it('misses nothing while orders change under it', async () => {
    await assert(
      asyncProperty(integer(), async (seed) => {
        let state = seed >>> 0;
        const random = (below: number) => {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
          return Math.floor((state / 2 ** 32) * below);
        };
        rows = [];
        bus = new NotingBus();
        positions = [];
        serverMs = start + 5_000;
        const last = new Map<number, string>();
        const one = sweep({ pageSize: 1 + random(3) });
        for (let step = 0; step < 25; step += 1) {
          const id = 1 + random(6);
          // Visible up to 20 s after its own time, within the overlap.
          const updatedAt = magentoTime(Math.max(start, serverMs - random(20_000)));
          if ((last.get(id) ?? '') < updatedAt) {
            last.set(id, updatedAt);
            rows = [...rows.filter((row) => row.id !== id), { id, updatedAt }];
          }
          serverMs += random(4_000);
          if (random(3) === 0) await one.run();
        }
        serverMs += 5_000;
        await one.run();
        const requests = bus.of<Refresh>('cartage.refresh');
        for (const [id, updatedAt] of last)
          expect(
            requests.some((request) => request.key === `us/default/${id}` && request.seen === updatedAt),
          ).toBe(true);
        const newest = positions.map(({ updatedAt }) => epochMsOf(updatedAt));
        expect(newest).toEqual(newest.toSorted((left, right) => left - right));
      }),
      { numRuns: 100 },
    );
  });
});

/** Real: the sweep, the reader of pages. Doubles: the shop's list (filtered as Magento does), publishing, the cursor. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { assert, asyncProperty, integer } from 'fast-check';
import type { Refresh } from '../../../schemas/types.ts';
import { epochMsOf, magentoTime } from '../../magento/rest/time.ts';
import { logTo } from '../../platform/flow/testing/context.ts';
import type { Line } from '../../platform/flow/testing/context.ts';
import { askedById } from '../orders/order-request.ts';
import { ListShop } from '../../magento/testing/list-shop.ts';
import type { Row } from '../../magento/testing/list-shop.ts';
import { NotingBus } from '../testing/support.ts';
import type { SweepCursor, SweepPosition } from './cursor.ts';
import { PageReader } from '../../magento/page-reader.ts';
import { Sweep } from './sweep.ts';
import type { SweptList, SweptRow } from './swept.ts';

const start = Date.UTC(2026, 10, 23, 8, 0, 0);
const at = (second: number) => magentoTime(start + second * 1000);

let shop: ListShop;
let known: Set<number>;
let bus: NotingBus;
let cursor: SweepCursor | null;
let positions: SweepPosition[];
let lines: Line[];
/** What the clocks say, in seconds after the start: the shop's, and ours. */
let shopSeconds: number;
let ourSeconds: number;

beforeEach(() => {
  shop = new ListShop();
  known = new Set();
  lines = [];
  begin();
});

function begin(): void {
  bus = new NotingBus();
  cursor = null;
  positions = [];
  timeIs(100);
}

function timeIs(seconds: number): void {
  shopSeconds = seconds;
  ourSeconds = seconds;
}

/** The list as Magento answers it: bounds included, rows of the first time up to the last id left out. */
function list(startsAt: 'since' | 'now'): SweptList {
  return {
    name: 'orders',
    reason: 'sweep',
    startsAt,
    askedOf: (entityId) => askedById('us', entityId),
    page: async ({ updatedFrom, updatedTo, afterEntityId = 0, ...limits }) => {
      const found = shop.rows
        .filter(({ updatedAt }) => updatedAt >= updatedFrom && updatedAt <= updatedTo)
        .filter(({ id, updatedAt }) => updatedAt > updatedFrom || id > afterEntityId)
        .toSorted((left, right) => left.updatedAt.localeCompare(right.updatedAt) || left.id - right.id);
      const { items, ...rest } = await shop.page(found, limits);
      return { ...rest, items: items.map(swept) };
    },
  };
}

function swept({ id, updatedAt }: Row): SweptRow {
  const asked = { topic: 'magento.orders', key: `us/default/${id}`, entityId: null };
  return { entityId: id, updatedAt, asked, seen: updatedAt, known: known.has(id) };
}

function sweep({
  pageSize = 2,
  startsAt = 'since',
}: { pageSize?: number; startsAt?: 'since' | 'now' } = {}): Sweep {
  const clock = { now: () => start + ourSeconds * 1000 };
  return new Sweep(list(startsAt), {
    bus,
    clock,
    log: logTo(lines),
    pages: new PageReader({ pageSize, clock }),
    cursors: {
      read: () => cursor,
      write: async (_resource, written) => {
        await Promise.resolve();
        cursor = { ...written, writtenAt: clock.now() };
        positions.push({ updatedAt: written.updatedAt, entityId: written.entityId });
      },
    },
    serverTime: async () => ({ serverMs: start + shopSeconds * 1000 }),
    since: start,
    overlapMs: 30_000,
    marginMs: 2_000,
  });
}

const requests = () => bus.of<Refresh>('cartage.refresh');
const asked = () => requests().map(({ key }) => Number(key.split('/').at(-1)));

describe('a sweep', () => {
  it('asks for every order once, page by page, many of one second included', async () => {
    shop.rows = Array.from({ length: 7 }, (_, index) => ({
      id: index + 1,
      updatedAt: at(index < 5 ? 3 : 4),
    }));
    const one = sweep();
    expect(await one.run()).toEqual({ rows: 7, requests: 7 });
    expect(asked()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(positions.at(-1)).toEqual({ updatedAt: at(4), entityId: 7 });
    expect((await one.run()).requests).toBe(0);
    expect(requests()[0]).toMatchObject({ seen: at(3) });
    expect(bus.published[0]?.traceparent).not.toBe(bus.published[1]?.traceparent ?? '');
  });

  it('leaves out what was published in that state', async () => {
    shop.rows = [
      { id: 1, updatedAt: at(1) },
      { id: 2, updatedAt: at(2) },
    ];
    known.add(1);
    await sweep().run();
    expect(asked()).toEqual([2]);
  });

  it('finds what a long transaction shows later than its time', async () => {
    shop.rows = [{ id: 2, updatedAt: at(60) }];
    const one = sweep();
    await one.run();
    shop.rows.push({ id: 1, updatedAt: at(40) });
    await one.run();
    expect(asked()).toEqual([2, 1]);
    expect(positions.at(-1)).toEqual({ updatedAt: at(60), entityId: 2 });
  });

  it('stays behind the clock of the shop', async () => {
    shop.rows = [{ id: 1, updatedAt: at(99) }];
    const one = sweep();
    await one.run();
    expect(asked()).toEqual([]);
    timeIs(101);
    await one.run();
    expect(asked()).toEqual([1]);
  });

  it('goes on at the cursor of another process, not at the beginning', async () => {
    shop.rows = [
      { id: 1, updatedAt: at(10) },
      { id: 2, updatedAt: at(80) },
    ];
    cursor = { updatedAt: at(79), entityId: 9, isFirstLoad: false, writtenAt: start + 80_000 };
    await sweep().run();
    expect(asked()).toEqual([2]);
  });

  it('does not move the cursor over a request that was not acknowledged', async () => {
    shop.rows = [{ id: 1, updatedAt: at(1) }];
    bus.fail = new Error('no broker');
    const one = sweep();
    await expect(one.run()).rejects.toThrow('no broker');
    expect(positions).toEqual([]);
    bus.fail = null;
    await one.run();
    expect(asked()).toEqual([1]);
  });

  it('of a list without history begins at the shop’s now, and says so to whoever comes next', async () => {
    shop.rows = [{ id: 1, updatedAt: at(10) }];
    await sweep({ startsAt: 'now' }).run();
    expect(asked()).toEqual([]);
    expect(positions).toEqual([{ updatedAt: at(100), entityId: 0 }]);
    shop.rows.push({ id: 2, updatedAt: at(75) });
    await sweep({ startsAt: 'now' }).run();
    expect(requests()).toMatchObject([{ key: 'us/default/2', reason: 'sweep' }]);
  });

  it('tells history from news: what the first round finds, however often it is interrupted, is history', async () => {
    shop.rows = [1, 2, 3].map((id) => ({ id, updatedAt: at(id) }));
    shop.isDown = true;
    await expect(sweep().run()).rejects.toThrow('http.deadline');
    shop.isDown = false;
    bus.fail = new Error('no broker');
    await expect(sweep().run()).rejects.toThrow('no broker');
    bus.fail = null;
    await sweep().run();
    shop.rows.push({ id: 4, updatedAt: at(98) });
    known.add(1).add(2).add(3);
    await sweep().run();
    expect(requests().map(({ key, reason }) => [key, reason])).toEqual([
      ['us/default/1', 'first load'],
      ['us/default/2', 'first load'],
      ['us/default/3', 'first load'],
      ['us/default/4', 'sweep'],
    ]);
  });

  it('of an empty shop has no history either', async () => {
    await sweep().run();
    shop.rows.push({ id: 1, updatedAt: at(98) });
    await sweep().run();
    expect(requests()).toMatchObject([{ reason: 'sweep' }]);
  });
});

describe('an odd row', () => {
  it('and one that Magento fails over are asked for by their ids, and the sweep goes on', async () => {
    shop.rows = [1, 2, 3, 4, 5].map((id) => ({ id, updatedAt: at(id), isOdd: id === 2 }));
    shop.poison.add(4);
    const one = sweep({ pageSize: 4 });
    await one.run();
    expect(new Set(asked())).toEqual(new Set([1, 2, 3, 4, 5]));
    const byId = requests().filter(({ entityId }) => entityId !== null);
    expect(byId.map(({ key }) => key).toSorted()).toEqual(['us/2', 'us/4']);
    expect(lines.map(({ level, fields }) => `${level} ${String(fields['entityId'])}`).toSorted()).toEqual([
      'error 2',
      'error 4',
    ]);
    expect(positions.at(-1)).toEqual({ updatedAt: at(5), entityId: 5 });
    await one.run();
    expect(asked()).toHaveLength(5);
  });

  it('does not hold the sweep up when there is no other in its page', async () => {
    shop.rows = [1, 2, 3].map((id) => ({ id, updatedAt: at(id), isOdd: true }));
    await sweep().run();
    expect(asked()).toEqual([1, 2, 3]);
  });
});

describe('a clock of the shop that was an hour ahead', () => {
  const hour = 3_600;

  for (const isOther of [false, true])
    it(`loses nothing of what comes after it was put right (another process sweeps: ${isOther})`, async () => {
      shop.rows = [{ id: 1, updatedAt: at(90) }];
      const before = sweep();
      await before.run();
      shopSeconds += hour;
      shop.rows.push({ id: 2, updatedAt: at(hour + 95) });
      await before.run();
      timeIs(160);
      shop.rows.push({ id: 3, updatedAt: at(150) });
      const after = isOther ? sweep() : before;
      await after.run();
      expect(new Set(asked())).toEqual(new Set([1, 2, 3]));
      expect(cursor?.updatedAt).toBe(at(150));
      timeIs(300);
      shop.rows.push({ id: 4, updatedAt: at(290) });
      await after.run();
      expect(new Set(asked())).toEqual(new Set([1, 2, 3, 4]));
    });

  it('loses nothing when nobody swept until long after', async () => {
    shopSeconds += hour;
    shop.rows = [{ id: 1, updatedAt: at(hour + 90) }];
    await sweep().run();
    shop.rows.push({ id: 2, updatedAt: at(150) });
    timeIs(1_000);
    await sweep().run();
    expect(asked()).toEqual([1, 2]);
  });

  it('loses nothing of a list that began by it', async () => {
    shopSeconds += hour;
    const one = sweep({ startsAt: 'now' });
    await one.run();
    timeIs(110);
    shop.rows.push({ id: 1, updatedAt: at(105) });
    await one.run();
    expect(asked()).toEqual([1]);
  });

  it('loses nothing when it is set back behind what was swept', async () => {
    shop.rows = [{ id: 1, updatedAt: at(90) }];
    const one = sweep();
    await one.run();
    shopSeconds = 20;
    ourSeconds = 160;
    shop.rows.push({ id: 2, updatedAt: at(10) });
    await one.run();
    expect(asked()).toEqual([1, 2]);
  });
});

it('nothing is missed while orders change under the sweep', async () => {
  await assert(
    asyncProperty(integer(), async (seed) => {
      let state = seed >>> 0;
      const random = (below: number) => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
      };
      begin();
      shop.rows = [];
      timeIs(5);
      const last = new Map<number, string>();
      const one = sweep({ pageSize: 1 + random(3) });
      for (let step = 0; step < 25; step += 1) {
        const id = 1 + random(6);
        // Visible up to 20 s after its own time, within the overlap.
        const updatedAt = magentoTime(Math.max(start, start + shopSeconds * 1000 - random(20_000)));
        if ((last.get(id) ?? '') < updatedAt) {
          last.set(id, updatedAt);
          shop.rows = [...shop.rows.filter((row) => row.id !== id), { id, updatedAt }];
        }
        timeIs(shopSeconds + random(4_000) / 1000);
        if (random(3) === 0) await one.run();
      }
      timeIs(shopSeconds + 5);
      await one.run();
      for (const [id, updatedAt] of last)
        expect(requests()).toContainEqual(
          expect.objectContaining({ key: `us/default/${id}`, seen: updatedAt }),
        );
      const newest = positions.map(({ updatedAt }) => epochMsOf(updatedAt));
      expect(newest).toEqual(newest.toSorted((left, right) => left - right));
    }),
    { numRuns: 100 },
  );
});

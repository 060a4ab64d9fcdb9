/** Real: the reader of pages. Double: a list of the shop that fails as the test has it. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ListShop, timedOut } from './testing/list-shop.ts';
import { PageReader } from './page-reader.ts';

let shop: ListShop;
let now: number;
let pages: PageReader;

beforeEach(() => {
  shop = new ListShop();
  shop.rows = Array.from({ length: 40 }, (_none, index) => ({ id: 10 * (index + 1), updatedAt: '' }));
  now = 0;
  pages = new PageReader({ pageSize: 16, clock: { now: () => now } });
});

/** Everything, page by page, by ids. */
async function readAll() {
  const ids: number[] = [];
  const passedOver: number[] = [];
  for (let after = 0; ;) {
    const rows = shop.rows.filter(({ id }) => id > after);
    const { items, unreadable, totalCount } = await pages.read((limits) => shop.page(rows, limits));
    ids.push(...items.map(({ id }) => id));
    passedOver.push(...unreadable.map(({ id }) => Number(id)));
    after = ids.at(-1) ?? 0;
    if (items.length + unreadable.length >= totalCount) return { ids, passedOver };
  }
}

const all = (...without: number[]) => shop.rows.map(({ id }) => id).filter((id) => !without.includes(id));

describe('pages', () => {
  it('become smaller until the shop answers in time, down to one row', async () => {
    shop.rowsInTime = 1;
    expect(await readAll()).toEqual({ ids: all(), passedOver: [] });
    expect(shop.asked.slice(0, 5)).toEqual([16, 8, 4, 2, 1]);
  });

  it('grow again when it is quick', async () => {
    shop.rowsInTime = 3;
    await readAll();
    shop.rowsInTime = Infinity;
    now += 60_000;
    await readAll();
    await readAll();
    expect(shop.asked.at(-1)).toBe(16);
  });

  it('are as large as the shop allows', async () => {
    shop.maxPageSize = 3;
    expect((await readAll()).ids).toEqual(all());
    expect(Math.max(...shop.asked.slice(1))).toBe(3);
  });

  it('leave out the rows that Magento fails over whatever is asked of it, and find each by its id', async () => {
    shop.poison.add(30).add(40).add(400);
    expect(await readAll()).toEqual({ ids: all(30, 40, 400), passedOver: [30, 40, 400] });
    shop.asked.length = 0;
    expect(await readAll()).toEqual({ ids: all(30, 40, 400), passedOver: [] });
    expect(shop.asked.length).toBeLessThan(20);
  });

  it('leave out a row that cannot be read, and look at it again after an hour', async () => {
    shop.rows[4]!.isOdd = true;
    expect(await readAll()).toEqual({ ids: all(50), passedOver: [50] });
    expect((await readAll()).passedOver).toEqual([]);
    now += 3_600_001;
    expect((await readAll()).passedOver).toEqual([50]);
  });

  it('throw what the shop throws when it is the list itself that fails, and no row of it', async () => {
    const failing = pages.read((limits) =>
      shop.page(shop.rows, limits).then(() => Promise.reject(timedOut())),
    );
    await expect(failing).rejects.toThrow('http.deadline');
    expect(shop.asked).toEqual([16]);
  });

  it('throw what the shop throws while it is down', async () => {
    shop.isDown = true;
    await expect(readAll()).rejects.toThrow('http.deadline');
    shop.isDown = false;
    expect((await readAll()).ids).toEqual(all());
  });
});

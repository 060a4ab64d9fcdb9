/** Real: rounds, what is wanted, causes, ledger. Doubles: broker, clock, shop and ERP (testing/line.ts). */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { orders, stock } from '../../schemas/topics.ts';
import type { Compared } from './compare/kind-round.ts';
import { Line } from './testing/line.ts';

let line: Line;
beforeEach(async () => {
  line = new Line();
  await line.parked.follow(line.bus);
});

const put = (sku: string, quantity: string, status = 1) =>
  line.shop.set(`main/${sku}`, { sku, sourceCode: 'main', quantity, status });
const counts = async () => (await line.round()) as Record<string, Compared>;

describe('stock', () => {
  it('differs by number, by status, or is gone; not where the product is gone, or nothing was ever there', async () => {
    for (const sku of ['same', 'more', 'closed', 'gone', 'none of it']) line.sendStock('W1', sku, '5');
    put('more', '7');
    put('closed', '5', 0);
    for (const sku of ['gone', 'none of it']) line.shop.delete(`main/${sku}`);
    line.sendStock('W1', 'empty', '0', false);
    line.sendStock('W9', 'unmapped', '4', false);
    expect(await counts()).toMatchObject({ stock: { same: 2, differing: 3, inFlight: 0 } });
    expect(line.told()).toEqual([
      'stock W1/closed status changed_by_hand: 1/0',
      'stock W1/gone quantity deleted: 5.0000/null',
      'stock W1/more quantity changed_by_hand: 5.0000/7.0000',
    ]);
    expect((await line.metrics.equalShare.get()).values).toMatchObject([{ value: 0.4 }]);
  });

  it('is compared in full where there are more keys than are held at once', async () => {
    line.stockComparer.keysMax = 9;
    for (let sku = 0; sku < 60; sku += 1) line.sendStock('W1', `S${sku}`, '5');
    put('S7', '9');
    expect(await counts()).toMatchObject({ stock: { same: 59, differing: 1, inFlight: 0 } });
  });

  it.each([
    ['is not finished', () => line.finished.set(stock.topic, 0)],
    ['came while the shop was read', () => (line.onQuestion = () => line.sendStock('W1', 'a', '5', false))],
    [
      'shows another value at the second look',
      () => (line.onQuestion = () => put('a', String(line.questions))),
    ],
  ])('is in flight while it %s', async (_name, arrange) => {
    line.sendStock('W1', 'a', '5');
    put('a', '9');
    arrange();
    expect(await counts()).toMatchObject({ stock: { same: 0, differing: 0, inFlight: 1 } });
    expect(line.told()).toEqual([]);
  });

  it('goes on to differ while what is known of it is in flight', async () => {
    line.sendStock('W1', 'a', '5');
    put('a', '9');
    await line.round();
    line.sendStock('W1', 'a', '6', false);
    line.finished.set(stock.topic, 1);
    expect(await counts()).toMatchObject({ stock: { inFlight: 1 } });
    expect(line.told()).toEqual(['stock W1/a quantity changed_by_hand: 5.0000/9.0000']);
  });

  it('differs no more when its key is gone from the topic', async () => {
    line.sendStock('W1', 'a', '5');
    put('a', '9');
    await line.round();
    expect(line.told()).toHaveLength(1);
    line.bus.broker.append(stock, 'W1/a', null);
    await line.round();
    expect(line.told()).toEqual([]);
  });

  it('is the fault of a silent ERP, or of what is parked, where that is so', async () => {
    line.sendStock('W1', 'a', '5');
    put('a', '9');
    line.feedOld = true;
    await line.round();
    expect(line.told()).toEqual(['stock W1/a quantity stale_feed: 5.0000/9.0000']);
    line.park(stock.topic, 'W1/a', null);
    await line.round();
    expect(line.told()).toEqual(['stock W1/a quantity parked: 5.0000/9.0000']);
  });
});

/** What the metric says that is not nothing. */
async function seen(metric: { get(): Promise<{ values: { value: number }[] }> }) {
  return (await metric.get()).values.filter(({ value }) => value !== 0);
}

describe('an order', () => {
  it('must be in the ERP when it is due, and may be when it is not', async () => {
    line.sendOrder('1');
    line.sendOrder('2', { state: 'holded' }, false);
    line.sendOrder('3', { state: 'canceled' }, false);
    line.sendOrder('4', { instance: 'eu' }, false);
    expect(await counts()).toMatchObject({ orders: { same: 3, differing: 0 } });
    line.sendOrder('5', { minor: 500 }, false);
    await line.round();
    expect(line.told()).toEqual(['orders us/en/5 exists never_exported: yes/null']);
    expect(await seen(line.metrics.moneyAtRisk)).toMatchObject([
      { value: 5, labels: { kind: 'orders', currency: 'USD' } },
    ]);
  });

  it('says that a code of it is not mapped, that it is parked, or that it does not add up', async () => {
    line.sendOrder('1', { paymentMethod: 'cash' }, false);
    line.sendOrder('2', { store: 'fr' }, false);
    line.park(orders.topic, line.sendOrder('3', {}, false), null);
    line.sendOrder('4', { problems: [{ code: 'order.totals_differ', detail: 'x' }] }, false);
    await line.round();
    expect(line.told()).toEqual(
      [
        'orders us/en/3 exists parked: yes/null',
        'orders us/en/4 exists inexact: yes/null',
        'orders us/fr/2 exists unmapped: yes/null',
        'orders us/en/1 exists unmapped: yes/null',
      ].toSorted(),
    );
  });

  it('differs from the ERP to the cent, and by what it is there, whatever the zeros', async () => {
    const [one, two] = [line.sendOrder('1'), line.sendOrder('2')];
    line.erp.set(one, { total: '12.50', isCanceled: true });
    line.erp.set(two, { total: '12.51', isCanceled: false });
    await line.round();
    expect(line.told()).toEqual([
      'orders us/en/1 canceled changed_in_erp: false/true',
      'orders us/en/2 total changed_in_erp: 12.5/12.51',
    ]);
    expect(await seen(line.metrics.moneyAtRisk)).toMatchObject([{ value: 0.01 }]);
  });
});

describe('a round', () => {
  it('of a kind that cannot be compared holds no other up, and is tried again without those', async () => {
    line.sendStock('W1', 'a', '5');
    line.sendOrder('1');
    line.onQuestion = () => (line.down = line.questions > 1 ? new Error('no ERP') : null);
    expect(await line.round()).toBe(line.down);
    line.onQuestion = () => (line.down = null);
    expect(Object.keys(await counts())).toEqual(['orders']);
    expect(Object.keys(await counts())).toEqual(['stock', 'orders']);
    expect(await seen(line.metrics.compareFailures)).toMatchObject([{ value: 1 }]);
  });

  it('keeps what is known to differ when it is ended early', async () => {
    line.sendStock('W1', 'a', '5');
    put('a', '9');
    await line.round();
    const stopping = new AbortController();
    line.onQuestion = () => stopping.abort(new Error('stopping'));
    line.bus.broker.append(stock, 'W1/a', null);
    line.sendStock('W1', 'b', '5');
    const running = expect(line.rounds.run(stopping.signal)).rejects.toThrow('stopping');
    await line.clock.pass(100_000);
    await running;
    expect(line.told()).toHaveLength(1);
  });
});

/** Real: the decisions about one document. Double: the shop, with the habits of Magento that cost most. */
import { describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import type { Fulfilment } from '../../schemas/types.ts';
import { fulfilmentsSection } from '../platform/config/sections/fulfilments.ts';
import { Held, Unavailable } from '../platform/errors.ts';
import { LeaseLost } from '../platform/fence.ts';
import type { Mode } from '../platform/groups.ts';
import type { Attempt } from '../platform/flow/outcome/outcome.ts';
import { applyFulfilment } from './fulfilment.ts';
import type { LookUp } from './fulfilment.ts';
import { LookedUp } from './looked-up.ts';
import { Room } from './room.ts';
import type { StockWait } from './stock-wait.ts';
import { documentOf, lineOf } from './testing/document.ts';
import { Shop } from './testing/shop.ts';

const since = '2026-01-01T00:00:00Z';
const document = documentOf({ source: 'W1', lines: [lineOf('ABC', '2.0000', { orderLineId: '5' })] });
const packed = (...numbers: string[]) => ({
  packages: numbers.map((trackingNumber) => ({ carrier: 'UPS', service: null, trackingNumber })),
});

function shopOf(
  habits: Partial<Shop> = {},
  settle: StockWait['settle'] = () => Promise.resolve(null),
  ahead: StockWait['ahead'] = () => Promise.resolve(),
) {
  const shop = Object.assign(new Shop(), habits);
  const room = new Room();
  const lookedUp = new LookedUp<LookUp>({ now: () => time.passedMs });
  /** Since the documents were published. */
  const time = { passedMs: 60_000, mails: false };
  /** `effects`: so many may begin, then the lease is lost. */
  const apply = (
    changes: Partial<Fulfilment> = {},
    mode: Mode = 'on',
    effects = Infinity,
    more: Partial<Attempt> = {},
  ) => {
    let left = effects;
    const assertCurrent = () => {
      left -= 1;
      if (left < 0) throw new LeaseLost('erp.fulfilments[0]');
    };
    return applyFulfilment(
      { document: { ...document, ...changes }, publishedAt: 0 },
      { number: 1, mode, assertCurrent, ...more },
      {
        magento: shop as never,
        clock: { now: () => time.passedMs },
        lookedUp,
        instance: 'main',
        fulfilments: fulfilmentsSection.parse({
          since,
          carriers: { UPS: { code: 'ups', title: 'UPS' } },
          notifyCustomer: time.mails,
        }),
        stock: { sources: { W1: 'main' } },
        settleMs: 65_000,
        storeIds: {
          of: async (code) => {
            await turn();
            return code === 'default' ? 1 : 2;
          },
        },
        requestRefresh: async (topic, keys, reason, inMs) => {
          await turn();
          const when = inMs === undefined ? '' : ` in ${inMs / 1_000} s`;
          shop.steps.push(`refresh ${topic} ${keys.join(' ')} ${reason}${when}`);
        },
        stockWait: { ahead, settle },
        room,
      },
    );
  };
  return { shop, time, apply, steps: shop.steps };
}

// The ERP's spelling, and the shop's.
const refresh = 'refresh erp.stock W1/ABC W1/ABC-RED shipped';
const takenBack = 'refresh erp.stock W1/ABC W1/ABC-RED not shipped';
const fails = new Unavailable({ code: 'magento.5xx', what: 'error', fix: 'wait' }, { perhapsRecord: true });
const silent = new Unavailable(
  { code: 'http.deadline', what: 'silence', fix: 'wait' },
  { outcome: 'unknown' },
);

describe('a delivery of the ERP', () => {
  it('is shipped once, and its stock asked for after it was shipped and whenever it is found', async () => {
    const { apply, steps } = shopOf();
    expect(await apply()).toEqual({ status: 'applied', targetId: '000001', cause: 'shipped from main' });
    expect(await apply()).toMatchObject({ status: 'unchanged', targetId: '000001' });
    expect(steps).toEqual(['ship', refresh, refresh]);
  });

  it('has its stock asked for also when the shop shipped something else', async () => {
    const { apply, steps } = shopOf({ shippedQuantity: '1' });
    await expect(apply()).rejects.toMatchObject({
      fault: {
        code: 'shipment.differs',
        what: expect.stringContaining('ABC-RED: 1.0000 instead of 2.0000'),
      },
    });
    expect(steps).toEqual(['ship', refresh]);
    // Also when it is found, and then it gets the numbers that came late all the same.
    await expect(apply()).rejects.toThrow('shipment.differs');
    steps.length = 0;
    await expect(apply(packed('T1'))).rejects.toThrow('shipment.differs');
    expect(steps).toEqual([refresh, 'track T1 to 1 of 9']);
  });

  it('leaves no raised quantity behind when the shop refuses it, now or where an earlier try has raised it', async () => {
    const { apply, steps } = shopOf({ refuses: true, stored: '1' });
    await expect(apply()).rejects.toThrow('magento.refused');
    expect(steps).toEqual(['raise ABC-RED to 2.0000 1', takenBack]);
    const canceled = shopOf({ stored: '2' });
    canceled.shop.order.state = 'canceled';
    await expect(canceled.apply()).rejects.toMatchObject({
      name: 'Rejected',
      fault: { code: 'shipment.order_state', fix: expect.stringContaining('canceled order') },
    });
    expect(canceled.steps).toEqual([takenBack]);
  });

  it.each([fails, silent])(
    'leaves its room to tries that follow, and takes it back after them',
    async (failure) => {
      const { apply, steps } = shopOf({ failure, stored: '1' });
      await expect(apply()).rejects.toBe(failure);
      expect(steps).toEqual(['raise ABC-RED to 2.0000 1', `${takenBack} in 125 s`]);
    },
  );

  it('raises the parts of a bundle, and the product whose line has another SKU by its options', async () => {
    const [line] = new Shop().order.items;
    const child = (item_id: number, sku: string, qty_ordered: string) => ({
      ...line!,
      item_id,
      parent_item_id: 5,
      sku,
      qty_ordered,
    });
    const orderOf = (...items: object[]) => ({ ...new Shop().order, items: items as never });
    const bundle = shopOf({ order: orderOf(line!, child(6, 'LID', '2'), child(7, 'POT', '4')), stored: '0' });
    await bundle.apply();
    expect(bundle.steps).toEqual([
      'raise LID to 2.0000 1',
      'raise POT to 4.0000 1',
      'ship',
      'refresh erp.stock W1/ABC W1/LID W1/POT shipped',
    ]);
    const product_option = { extension_attributes: { custom_options: [{ option_id: '1' }] } };
    const optional = shopOf({ order: orderOf({ ...line!, product_option }), stored: '0' });
    await optional.apply();
    expect(optional.steps).toEqual(['raise ABC to 2.0000 1', 'ship', 'refresh erp.stock W1/ABC shipped']);
  });

  it('waits until the stock of its goods issue is there, before anything is raised, and says when it did not', async () => {
    const notYet = { code: 'shipment.stock_not_applied', what: 'not yet', fix: 'wait' };
    const waits = new Unavailable(notYet, { notYet: true });
    const { apply, steps } = shopOf({ stored: '1' }, () => Promise.reject(waits));
    await expect(apply()).rejects.toBe(waits);
    expect(steps).toEqual([]);
    const early = shopOf({}, undefined, () => Promise.reject(waits));
    await expect(early.apply()).rejects.toBe(waits);
    expect(await early.apply({ instance: 'eu' })).toMatchObject({ status: 'unchanged' });
    const passed = shopOf({}, () => Promise.resolve('the stock was not known'));
    expect(await passed.apply()).toMatchObject({ cause: 'shipped from main; the stock was not known' });
  });

  it('is shipped from a source that was raised first where it holds too little', async () => {
    const { apply, steps } = shopOf({ stored: '1' });
    expect(await apply()).toMatchObject({ status: 'applied' });
    expect(steps).toEqual(['raise ABC-RED to 2.0000 1', 'ship', refresh]);
  });

  it('does not take the room that was made for another', async () => {
    const { apply, steps } = shopOf({ stored: '0' });
    const lines = [{ ...document.lines[0]!, quantity: '1.0000' }];
    await Promise.all(['WH/1', 'WH/2'].map((documentId) => apply({ documentId, lines })));
    expect(steps.filter((step) => !step.startsWith('refresh'))).toEqual([
      'raise ABC-RED to 1.0000 1',
      'ship',
      'raise ABC-RED to 1.0000 1',
      'ship',
    ]);
  });

  it('is named by the id of its shipment where the shop does not show it yet', async () => {
    expect(await shopOf({ hides: true }).apply()).toMatchObject({ status: 'applied', targetId: '1' });
  });

  it('asks for the stock of each SKU once', async () => {
    const { apply, steps } = shopOf();
    const line = { ...document.lines[0]!, quantity: '1.0000' };
    await apply({ lines: [line, line] });
    expect(steps).toEqual(['ship', refresh]);
  });

  it('that is there gets the tracking numbers that came late, each once', async () => {
    const { apply, steps } = shopOf();
    await apply(packed('T1'));
    expect(await apply(packed('T1', 'T2', 'T3'))).toEqual({
      status: 'applied',
      targetId: '000001',
      cause: 'added the tracking numbers T2, T3',
    });
    expect(await apply(packed('T1', 'T2', 'T3'))).toMatchObject({ status: 'unchanged' });
    const added = ['track T2 to 1 of 9', 'track T3 to 1 of 9'];
    expect(steps).toEqual(['ship T1', refresh, refresh, ...added, refresh]);
  });

  it.each<[string, Partial<Fulfilment>]>([
    ['a document of the kind return', { kind: 'return' }],
    ['an order of the instance eu', { instance: 'eu' }],
    ['dated before fulfilments.since', { documentDate: Date.parse(since) - 1 }],
  ])('is passed over: %s', async (cause, changes) => {
    const { apply, steps } = shopOf();
    expect(await apply(changes)).toEqual({ status: 'unchanged', cause });
    expect(steps).toEqual([]);
  });

  it('loses the tracking numbers that the ERP has taken away, of its own and of no later state', async () => {
    const { shop, apply, steps } = shopOf();
    await apply(packed('T1', 'T2'));
    shop.made[0]!.tracks.push({ track_number: 'T9', created_at: '2026-03-04 08:00:00' } as never);
    await apply({ ...packed('T1', 'T3'), version: { epoch: 1, number: 5 } });
    steps.length = 0;
    // The state of before, replayed.
    await apply({ ...packed('T1'), version: { epoch: 1, number: 4 } });
    expect(steps).toEqual([refresh]);
    expect(await apply({ ...packed('T1'), version: { epoch: 1, number: 6 } })).toMatchObject({
      status: 'applied',
      cause: 'removed the tracking numbers T3',
    });
    expect(shop.made[0]!.tracks.map(({ track_number }) => track_number)).toEqual(['T1', 'T9']);
    expect(await apply({ ...packed('T1'), version: { epoch: 1, number: 6 } })).toMatchObject({
      status: 'unchanged',
    });
  });

  it('that the ERP has taken back is not shipped, and a person is told where the shop has it', async () => {
    const { apply, steps } = shopOf();
    expect(await apply({ withdrawn: true })).toMatchObject({ status: 'unchanged' });
    expect(steps).toEqual([]);
    await apply();
    steps.length = 0;
    await expect(apply({ withdrawn: true })).rejects.toMatchObject({
      fault: { code: 'shipment.withdrawn', what: expect.stringContaining('000001') },
    });
    expect(steps).toEqual([]);
  });

  it('of the first moment is not', async () => {
    expect(await shopOf().apply({ documentDate: Date.parse(since) })).toMatchObject({ status: 'applied' });
  });

  it('is told to the customer where that is configured, if it is not of a week ago: loads of history are silent', async () => {
    const weekMs = 7 * 86_400_000;
    for (const [mails, afterMs, step] of [
      [false, 0, 'ship'],
      [true, weekMs, 'ship and tell'],
      [true, weekMs + 1, 'ship'],
    ] as const) {
      const { time, apply, steps } = shopOf();
      Object.assign(time, { mails, passedMs: document.documentDate + afterMs });
      await apply();
      expect(steps[0]).toBe(step);
    }
  });

  it('of two orders has one number, and is looked up for each of them', async () => {
    let isAhead = true;
    const notYet = new Unavailable({ code: 'stock', what: 'Not yet', fix: 'Wait' }, { notYet: true });
    const { apply, steps } = shopOf({}, undefined, () =>
      isAhead ? Promise.reject(notYet) : Promise.resolve(),
    );
    await expect(apply()).rejects.toBe(notYet);
    isAhead = false;
    await expect(apply({ incrementId: '43' })).rejects.toMatchObject({
      fault: { code: 'shipment.order_unknown' },
    });
    expect(steps).toEqual([]);
  });

  it('waits in its place for its order, for a minute, and lets none of it pass; not where its partition stands still', async () => {
    const { time, apply } = shopOf();
    const early = { incrementId: '43' };
    const waits = { name: 'Unavailable', notYet: true, letsPass: false };
    for (const [passedMs, retryAfterMs] of [
      [0, 5_000],
      [57_000, 3_000],
    ]) {
      time.passedMs = passedMs!;
      await expect(apply(early)).rejects.toMatchObject({ ...waits, retryAfterMs });
    }
    for (const [mode, more] of [
      ['on', { pressing: true }],
      ['dry', {}],
    ] as const)
      await expect(apply(early, mode, Infinity, more)).rejects.toMatchObject({ name: 'Held' });
    // What only a person puts right is told at once.
    await expect(apply({ source: 'W9' })).rejects.toMatchObject({ name: 'Held' });
    time.passedMs = 60_000;
    await expect(apply(early)).rejects.toMatchObject({ name: 'Held' });
  });

  it.each<[string, Partial<Fulfilment>, string, string | undefined]>([
    ['order 43', { incrementId: '43' }, 'order_unknown', 'order/main/default/43'],
    ['order 42', { store: 'b2b' }, 'order_unknown', 'order/main/b2b/42'],
    ['warehouse W9', { source: 'W9' }, 'source_unmapped', 'configuration/stock/sources/W9'],
    ['warehouse (none)', { source: null }, 'source_unmapped', undefined],
    [
      'carrier DHL',
      { packages: [{ carrier: 'DHL', service: null, trackingNumber: 'T' }] },
      'carrier_unmapped',
      'configuration/fulfilments/carriers/DHL',
    ],
  ])('is held where the shop has no %s', async (what, changes, code, waitsFor) => {
    const { apply, steps } = shopOf();
    const error = (await apply(changes).catch((thrown: unknown) => thrown)) as Held;
    expect(error).toBeInstanceOf(Held);
    expect([error.fault.code, error.fault.waitsFor]).toEqual([`shipment.${code}`, waitsFor]);
    expect(error.fault.what).toContain(what);
    expect(steps).toEqual([]);
  });

  it('is held while its order is', async () => {
    const { shop, apply, steps } = shopOf();
    shop.order.state = 'holded';
    await expect(apply()).rejects.toMatchObject({
      name: 'Held',
      fault: { code: 'shipment.order_state', waitsFor: 'order/main/default/42' },
    });
    expect(steps).toEqual([takenBack]);
  });

  it('begins no effect when the lease is lost', async () => {
    const { shop, apply, steps } = shopOf({ stored: '1' });
    const lostAfter = (effects: number) =>
      expect(apply(packed('T1'), 'on', effects)).rejects.toThrow(LeaseLost);
    await lostAfter(0);
    expect(steps).toEqual([]);
    // The shop refuses the first call: the source holds too little.
    await lostAfter(1);
    expect(steps).toEqual([]);
    await lostAfter(1);
    expect(steps).toEqual(['raise ABC-RED to 2.0000 1']);
    await apply();
    steps.length = 0;
    await lostAfter(0);
    expect(steps).toEqual([refresh]);
    await expect(apply(packed('T1', 'T2'), 'on', 1)).rejects.toThrow(LeaseLost);
    expect(shop.made.map(({ tracks }) => tracks.length)).toEqual([1]);
  });

  it('says in a dry run what it would do, and does nothing', async () => {
    const { apply, steps } = shopOf({ stored: '1' });
    expect(await apply({}, 'dry')).toEqual({ status: 'dry', cause: 'would ship 2.0000 ABC-RED from main' });
    expect(steps).toEqual([]);
    await apply();
    steps.length = 0;
    expect(await apply(packed('T1', 'T2'), 'dry')).toEqual({
      status: 'dry',
      targetId: '000001',
      cause: 'would add the tracking numbers T1, T2',
    });
    expect(steps).toEqual([]);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { Fulfilment } from '../../schemas/types.ts';
import type { NewOrderComment } from '../magento/order-comments.ts';
import { fulfilmentsSection } from '../platform/config/sections/fulfilments.ts';
import { Held, Unavailable } from '../platform/errors.ts';
import { LeaseLost } from '../platform/fence.ts';
import type { Attempt } from '../platform/flow/outcome/outcome.ts';
import { applyFulfilment } from './fulfilment.ts';
import { LookedUp } from './looked-up.ts';
import { Room } from './room.ts';

const document = {
  instance: 'main',
  store: 'default',
  incrementId: '42',
  documentId: 'SO/7',
  kind: 'order',
  // Long before fulfilments.since, which is about deliveries.
  documentDate: 0,
  lines: [],
} as unknown as Fulfilment;

const marker = 'ERP order SO/7 [cartage:main]';

/** A shop with one order on hold, which may do what it is asked and not answer. */
function shopOf({ losesAnswers = 0, forbids = false, isOdd = false } = {}) {
  const added: NewOrderComment[] = [];
  const told = () => [null, 'gift', ...added.map(({ text }) => `${text}\n`)];
  let lost = losesAnswers;
  const magento = {
    orders: {
      inBrief: () =>
        Promise.resolve({
          items: [
            {
              entity_id: 9,
              increment_id: '42',
              state: 'holded',
              status: 'waiting_for_stock',
              status_histories: isOdd ? null : told().map((comment) => ({ comment })),
            },
          ],
          unreadable: [],
        }),
    },
    orderComments: {
      ofOrder: () => (isOdd ? Promise.resolve(told()) : Promise.reject(new Error('the order has them'))),
      add: (_orderId: number, comment: NewOrderComment) => {
        if (forbids)
          return Promise.reject(new Unavailable({ code: 'magento.scope_missing', what: 'no', fix: '' }));
        added.push(comment);
        lost -= 1;
        return lost >= 0
          ? Promise.reject(new Unavailable({ code: 'cut', what: 'cut', fix: '' }, { outcome: 'unknown' }))
          : Promise.resolve();
      },
    },
  };
  const apply = (attempt: Partial<Attempt> = {}) =>
    applyFulfilment(
      { document, publishedAt: 0 },
      { number: 1, mode: 'on', assertCurrent: () => undefined, ...attempt },
      {
        magento: magento as never,
        clock: { now: () => 0 },
        lookedUp: new LookedUp({ now: () => 0 }),
        instance: 'main',
        fulfilments: fulfilmentsSection.parse({ since: '2026-01-01T00:00:00Z', carriers: {} }),
        stock: { sources: {} },
        storeIds: { of: () => Promise.resolve(1) },
        requestRefresh: () => Promise.reject(new Error('moves no stock')),
        settleMs: 0,
        room: new Room(),
        stockWait: {
          ahead: () => Promise.reject(new Error('moves no stock')),
          settle: () => Promise.reject(new Error('moves no stock')),
        },
      },
    );
  return { apply, added };
}

describe("the ERP's number of an order", () => {
  it.each([false, true])(
    'is told once, in whatever state the order is (odd: %s), and leaves its status',
    async (isOdd) => {
      const { apply, added } = shopOf({ isOdd });
      expect(await apply()).toMatchObject({ status: 'applied', targetId: '42' });
      expect(await apply()).toMatchObject({ status: 'unchanged', targetId: '42' });
      expect(added).toEqual([{ text: marker, status: 'waiting_for_stock' }]);
    },
  );

  it('is found told where the answer was lost', async () => {
    const { apply, added } = shopOf({ losesAnswers: 1 });
    await expect(apply()).rejects.toThrow(Unavailable);
    expect(await apply()).toMatchObject({ status: 'unchanged' });
    expect(added).toHaveLength(1);
  });

  it('is held, and holds no shipment up, where the integration may not comment', async () => {
    const error: unknown = await shopOf({ forbids: true })
      .apply()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Held);
    expect((error as Held).fault.code).toBe('order.comment_forbidden');
  });

  it('is not told in dry, nor by a process that has lost the order', async () => {
    const { apply, added } = shopOf();
    expect(await apply({ mode: 'dry' })).toMatchObject({ status: 'dry', cause: `would comment "${marker}"` });
    const assertCurrent = () => {
      throw new LeaseLost('erp.fulfilments[0]');
    };
    await expect(apply({ assertCurrent })).rejects.toThrow(LeaseLost);
    expect(added).toEqual([]);
  });
});

/**
 * Real: the applier's handling of a cancellation and of a comment, the client down to the socket. Double: the sandbox shop,
 * whose orders are placed anew for each test.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import type { Fulfilment } from '../../schemas/types.ts';
import type { Magento } from '../../services/magento/magento.ts';
import { fulfilmentsSection } from '../../services/platform/config/sections/fulfilments.ts';
import { applyCancellation } from '../../services/shipment-applier/cancellation.ts';
import { applyComment } from '../../services/shipment-applier/comment.ts';
import { documentOf, lineOf } from '../../services/shipment-applier/testing/document.ts';
import { clientOf, placeOrder } from '../magento/shop.ts';
import { invoice } from '../sandbox/shop/sales/invoice.ts';
import { hold } from '../sandbox/shop/sales/order-state.ts';
import { ship } from '../sandbox/shop/sales/ship.ts';
import { startShop } from '../sandbox/shop/index.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';

let shop: RunningShop;
let magento: Magento;

beforeAll(async () => {
  shop = await startShop();
  magento = clientOf(shop);
});
afterEach(() => shop.setFaults([]));
afterAll(async () => {
  await magento.close();
  await shop.close();
});

/** An order of three, and the ERP's cancellation of what is left of it. */
async function given(rules: object = {}) {
  const placed = await placeOrder(shop, [{ sku: 'SKU-003', qty: 3 }]);
  const order = shop.shop.db.orders.get(placed.entity_id)!;
  const item = order.items[0]!;
  const some = (qty: number) => ({ items: [{ order_item_id: item.order_item_id, qty }] });
  const document = documentOf({
    incrementId: placed.increment_id,
    documentId: 'CNC/1',
    kind: 'cancellation',
  });
  const asked: string[] = [];
  const options = {
    magento,
    fulfilments: fulfilmentsSection.parse({ since: '2026-01-01T00:00:00Z', carriers: {}, ...rules }),
    stock: { sources: { W1: 'default' } },
    storeIds: { of: () => Promise.resolve(1) },
    requestRefresh: async (topic: string, keys: readonly string[], reason: string) => {
      await turn();
      asked.push(`${topic} ${keys.join()} ${reason}`);
    },
  };
  const attempt = { number: 1, mode: 'on' as const, assertCurrent: () => undefined };
  const cancels = () =>
    shop.shop.journal
      .since()
      .filter(({ resource, key, detail }) =>
        resource === 'order' && key === String(placed.entity_id)
          ? JSON.stringify(detail).includes('cancel')
          : false,
      ).length;
  return {
    order,
    item,
    asked,
    cancels,
    charge: (qty: number) => invoice(shop.shop, order, some(qty)),
    send: (qty: number) =>
      ship(shop.shop, order, {
        ...some(qty),
        notify: false,
        comment: null,
        tracks: [],
        sourceCode: 'default',
      }),
    apply: (changes: Partial<Fulfilment> = {}) =>
      applyCancellation({ ...document, ...changes }, attempt, options),
    comment: (text: string | null) => applyComment({ ...document, kind: 'comment', text }, attempt, options),
  };
}

const asksForStock = 'erp.stock W1/SKU-003 canceled';

describe('a cancellation of the ERP', () => {
  it('cancels what is left, once, and asks for the stock each time', async () => {
    const { order, item, apply, asked, cancels } = await given();
    expect(await apply()).toMatchObject({ status: 'applied', cause: 'canceled 3.0000 SKU-003' });
    expect([order.state, item.qty_canceled]).toEqual(['canceled', 3]);
    expect(await apply()).toMatchObject({ status: 'unchanged' });
    expect([asked, cancels()]).toEqual([[asksForStock, asksForStock], 1]);
  });

  it.each(['cut_before', 'cut_after', 'status'] as const)(
    'is done once though there is a fault (%s)',
    async (kind) => {
      const { item, apply, asked } = await given();
      shop.setFaults([{ match: { method: 'POST', path: '/cancel$' }, kind, times: 1 }]);
      await expect(apply()).rejects.toThrow();
      await apply();
      expect([item.qty_canceled, asked]).toEqual([3, [asksForStock]]);
    },
  );

  it('leaves what is invoiced, and the order open for it', async () => {
    const { order, item, apply, charge } = await given();
    charge(1);
    expect(await apply()).toMatchObject({ cause: 'canceled 2.0000 SKU-003' });
    expect([order.state, item.qty_canceled]).toEqual(['processing', 2]);
  });

  it('waits for the invoice of what was shipped: a canceled order takes none', async () => {
    const { order, apply, send, charge } = await given();
    send(2);
    await expect(apply()).rejects.toMatchObject({
      name: 'Held',
      fault: { code: 'cancellation.not_invoiced', waitsFor: `invoice/main/default/${order.increment_id}` },
    });
    charge(2);
    expect(await apply()).toMatchObject({ cause: 'canceled 1.0000 SKU-003' });
    expect(order.state).toBe('complete');
  });

  it('of a part is refused, and of lines that are the whole rest is done', async () => {
    const { apply, charge, item } = await given();
    charge(1);
    await expect(apply({ lines: [lineOf('SKU-003', '1')] })).rejects.toThrow('cancellation.refused');
    expect(await apply({ lines: [lineOf('SKU-003', '2')] })).toMatchObject({ status: 'applied' });
    expect(item.qty_canceled).toBe(2);
  });

  it('waits while its order is on hold, and is passed over where the configuration says so', async () => {
    const { order, apply } = await given();
    hold(shop.shop, order);
    await expect(apply()).rejects.toMatchObject({
      name: 'Held',
      fault: { code: 'cancellation.order_state' },
    });
    const off = await given({ cancellations: 'off' });
    expect(await off.apply()).toMatchObject({ status: 'unchanged' });
    expect(off.order.state).toBe('new');
  });
});

describe('a comment of the ERP', () => {
  it('is put to the order once, also after a fault on the way, seen by whom the configuration says', async () => {
    const { order, comment } = await given({ comments: { visibleOnFront: true } });
    shop.setFaults([{ match: { method: 'POST', path: '/comments' }, kind: 'cut_after', times: 1 }]);
    await expect(comment('Packed today')).rejects.toThrow();
    expect(await comment(' Packed today ')).toMatchObject({ status: 'unchanged' });
    expect(await comment('Packed tomorrow')).toMatchObject({ status: 'applied' });
    const told = order.status_histories.map((one) => [
      one.comment,
      one.is_visible_on_front,
      one.is_customer_notified,
    ]);
    expect(told).toEqual([
      ['Packed today', 1, 0],
      ['Packed tomorrow', 1, 0],
    ]);
    await expect(comment(null)).rejects.toThrow('comment.empty');
  });
});

import { describe, expect, it } from '@jest/globals';
import type { Fulfilment } from '../../schemas/types.ts';
import type { MagentoShipment } from '../magento/shipments.ts';
import type { SourceItem } from '../magento/source-items.ts';
import { fulfilmentsSection } from '../platform/config/sections/fulfilments.ts';
import { Rejected } from '../platform/errors.ts';
import { applyFulfilment } from './fulfilment.ts';

const document: Fulfilment = {
  instance: 'main',
  store: 'default',
  incrementId: '42',
  documentId: 'WH/7',
  kind: 'shipment',
  documentDate: Date.parse('2026-03-01T00:00:00Z'),
  source: 'W1',
  lines: [{ sku: 'ABC', orderLineId: '5', quantity: '2.0000' }],
  packages: [],
  occurredAt: null,
  version: { epoch: 1, number: 1 },
  sourceKey: '{}',
};

const item = { item_id: 5, parent_item_id: null, sku: 'ABC-RED', qty_ordered: '2', is_qty_decimal: false };
const none = { qty_shipped: '0', qty_canceled: '0', qty_refunded: '0' };
const order = { entity_id: 9, increment_id: '42', state: 'processing', items: [{ ...item, ...none }] };

/** A shop with one order, which ships what `shippedQuantity` says. */
function shopOf({ shippedQuantity = '2', refuses = false, stored = '10' } = {}) {
  const shipments: MagentoShipment[] = [];
  const steps: string[] = [];
  const magento = {
    orders: { byIncrementIds: () => Promise.resolve({ items: [order], unreadable: [] }) },
    sourceItems: {
      read: () => Promise.resolve([{ sku: 'ABC-RED', sourceCode: 'main', quantity: stored, status: 1 }]),
      write: (rows: SourceItem[]) => {
        steps.push(...rows.map(({ sku, quantity }) => `raise ${sku} to ${quantity}`));
        return Promise.resolve();
      },
    },
    shipments: {
      ofOrder: () => Promise.resolve(shipments),
      get: () => Promise.resolve(shipments[0] ?? null),
      create: (_orderId: number, { comment }: { comment: string }) => {
        if (refuses)
          return Promise.reject(new Rejected({ code: 'magento.refused', what: 'no', fix: 'none' }));
        steps.push('ship');
        shipments.push({
          entity_id: 1,
          increment_id: '000001',
          order_id: 9,
          items: [{ entity_id: 1, order_item_id: 5, sku: 'ABC-RED', qty: shippedQuantity }],
          tracks: [],
          comments: [{ entity_id: 1, comment }],
          extension_attributes: { source_code: 'main' },
        } as unknown as MagentoShipment);
        return Promise.resolve(1);
      },
    },
  };
  const apply = () =>
    applyFulfilment(
      document,
      { number: 1, mode: 'on', assertCurrent: () => undefined },
      {
        magento: magento as never,
        instance: 'main',
        fulfilments: fulfilmentsSection.parse({ since: '2026-01-01T00:00:00Z', carriers: {} }),
        stock: { sources: { W1: 'main' } },
        storeIds: { of: () => Promise.resolve(1) },
        requestRefresh: (topic, keys, reason) => {
          steps.push(`refresh ${topic} ${keys.join(' ')} ${reason}`);
          return Promise.resolve();
        },
      },
    );
  return { apply, steps };
}

const refresh = 'refresh erp.stock W1/ABC shipped';

describe('a delivery of the ERP', () => {
  it('is shipped once, and its stock asked for after it was shipped and whenever it is found', async () => {
    const { apply, steps } = shopOf();
    expect(await apply()).toMatchObject({ status: 'applied', targetId: '000001' });
    expect(await apply()).toMatchObject({ status: 'unchanged', targetId: '000001' });
    expect(steps).toEqual(['ship', refresh, refresh]);
  });

  it('has its stock asked for also when the shop shipped something else', async () => {
    const { apply, steps } = shopOf({ shippedQuantity: '1' });
    await expect(apply()).rejects.toThrow('line 5: 1.0000 instead of 2.0000');
    expect(steps).toEqual(['ship', refresh]);
  });

  it('leaves no raised quantity behind when the shop refuses it', async () => {
    const { apply, steps } = shopOf({ refuses: true, stored: '1' });
    await expect(apply()).rejects.toThrow(Rejected);
    expect(steps).toEqual(['raise ABC-RED to 2.0000', refresh]);
    const enough = shopOf({ refuses: true });
    await expect(enough.apply()).rejects.toThrow(Rejected);
    expect(enough.steps).toEqual([]);
  });
});

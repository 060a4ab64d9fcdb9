import { describe, expect, it } from '@jest/globals';
import { refresh } from '../../../schemas/topics.ts';
import { refreshRequester, refreshTargetOf } from './request-refresh.ts';
import { RecordingBus } from './testing/recording-bus.ts';

const target = (process: string, topic: string, key: string | null, partition = 0) =>
  refreshTargetOf({ group: `cartage.main.${process}`, topic, key, partition, documentId: null });

describe('what is asked for to have a parked record looked at again', () => {
  it('is its own key on its own topic', () => {
    expect(target('inventory-applier', 'erp.stock', 'WH1/A/B')).toEqual({
      topic: 'erp.stock',
      key: 'WH1/A/B',
      entityId: null,
    });
  });

  it('is the order, when it was a request for one, by its number or by its id', () => {
    expect(target('order-relay', 'cartage.refresh', 'main/default/007')).toEqual({
      topic: 'magento.orders',
      key: 'main/default/007',
      entityId: null,
    });
    expect(target('order-relay', 'cartage.refresh', 'main/42')).toEqual({
      topic: 'magento.orders',
      key: 'main/42',
      entityId: 42,
    });
  });

  it("is the shop's order, when it was the ERP's: a document that no stream of the ERP tells", () => {
    const place = { group: 'cartage.main.shipment-applier', topic: 'erp.fulfilments', key: 'main/de/7' };
    const asked = (documentId: string) => refreshTargetOf({ ...place, partition: 0, documentId })?.topic;
    expect(asked('order/SO-9')).toBe('magento.orders');
    expect(asked('WH/9')).toBe('erp.fulfilments');
  });

  it('is nothing where the key is not known', () => {
    expect(target('inventory-applier', 'erp.stock', null)).toBeNull();
    // A row that made no record is named by the key of its table.
    expect(target('erp-ingester', 'erp.stock', '{"product_id":"7"}', -1)).toBeNull();
    expect(target('erp-ingester', 'cartage.refresh', 'WH1/A')).toBeNull();
  });
});

it('asks at once, or for later', async () => {
  const bus = new RecordingBus();
  const ask = refreshRequester(bus, 'test', bus.clock);
  await ask('erp.stock', ['W1/A'], 'now');
  await ask('erp.stock', ['W1/A'], 'later', 5_000);
  const asked = bus.broker.values(refresh);
  expect(asked.map(({ notBefore }) => notBefore)).toEqual([null, bus.clock.now() + 5_000]);
});

it('the request for keys is there when it is said to be', async () => {
  const bus = new RecordingBus();
  await refreshRequester(bus, 'inventory-applier', bus.clock)('erp.stock', ['W1/A', 'W1/B'], 'mapped');
  const value = {
    topic: 'erp.stock',
    reason: 'mapped',
    requestedBy: 'inventory-applier',
    requestedAt: bus.clock.now(),
    seen: null,
    entityId: null,
    always: true,
    notBefore: null,
  };
  expect(bus.broker.values(refresh)).toEqual([
    { ...value, key: 'W1/A' },
    { ...value, key: 'W1/B' },
  ]);
});

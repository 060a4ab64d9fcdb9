/** Double: the topics. */
import { expect, it } from '@jest/globals';
import { audit, refresh } from '../../schemas/topics.ts';
import type { Parked } from '../../schemas/types.ts';
import { contextOf } from '../platform/flow/testing/context.ts';
import { RecordingBus } from '../platform/flow/testing/recording-bus.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import { askAgain } from './ask-again.ts';
import { ParkedRecords } from './state/parked-records.ts';

/** What is asked for, and what is on the audit, after the button of this record was pressed. */
async function asked(own: Partial<Parked>) {
  const bus = new RecordingBus();
  const process = { bus, context: contextOf({ bus, clock: bus.clock }) } as unknown as Process;
  const records = new ParkedRecords();
  const place = { group: 'cartage.main.order-relay', topic: 'magento.orders', partition: 0, key: 'main/x/1' };
  records.put('id', 'order-relay', { ...place, cause: 'c', why: null, fix: 'f', ...own } as Parked);
  const isAsked = await askAgain(process, records.get('id'), 'Jane');
  return { isAsked, requests: bus.broker.values(refresh), acts: bus.broker.values(audit) };
}

it('is the release of the record, by whom', async () => {
  const { isAsked, requests, acts } = await asked({});
  expect(isAsked).toBe(true);
  expect(requests).toMatchObject([{ topic: 'magento.orders', key: 'main/x/1', requestedBy: 'console Jane' }]);
  expect(acts).toMatchObject([{ action: 'parked.release', keys: ['id'], actor: 'Jane', tool: 'console' }]);
});

it('finds the order also of a request that knew its id alone', async () => {
  const { requests } = await asked({ topic: 'cartage.refresh', key: 'main/42' });
  expect(requests).toMatchObject([{ topic: 'magento.orders', key: 'main/42', entityId: 42 }]);
});

it('is refused, and nothing written, where there is nothing to ask for', async () => {
  const row = { group: 'cartage.main.erp-ingester', topic: 'erp.stock', partition: -1, key: '{"id":"7"}' };
  expect(await asked(row)).toEqual({ isAsked: false, requests: [], acts: [] });
  expect(await asked({ key: null })).toEqual({ isAsked: false, requests: [], acts: [] });
});

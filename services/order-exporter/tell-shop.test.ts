import { expect, it } from '@jest/globals';
import { fulfilments } from '../../schemas/topics.ts';
import type { Order } from '../../schemas/types.ts';
import { RecordingBus } from '../platform/flow/testing/recording-bus.ts';
import { tellShop } from './tell-shop.ts';

const placed = { instance: 'us', store: 'default', incrementId: '000000001', createdAt: 2_000 };
const commented = (...texts: (string | null)[]) =>
  ({ ...placed, comments: texts.map((text) => ({ text })) }) as Order;

it('the shop is told by a document under the key of the order, until the order says it itself', async () => {
  const bus = new RecordingBus();
  const tell = tellShop(bus);
  await tell(commented('please ring twice', null), 'SO/7');
  const [told] = bus.broker.log(fulfilments.topic);
  expect(told).toMatchObject({
    key: 'us/default/000000001',
    value: {
      kind: 'order',
      documentId: 'SO/7',
      documentDate: 2_000,
      occurredAt: null,
      version: { epoch: 0, number: 0 },
      lines: [],
    },
  });

  await tell(commented('ERP order SO/7 [cartage:us]\n'), 'SO/7');
  expect(bus.broker.log(fulfilments.topic)).toHaveLength(1);
  // Made anew in the ERP, after the first was canceled there.
  await tell(commented('ERP order SO/7 [cartage:us]'), 'SO/8');
  expect(bus.broker.log(fulfilments.topic)).toHaveLength(2);
});

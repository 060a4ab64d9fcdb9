import { expect, it } from '@jest/globals';
import { refresh } from '../../../schemas/topics.ts';
import { logTo } from '../../platform/flow/testing/context.ts';
import type { Line } from '../../platform/flow/testing/context.ts';
import { RecordingBus } from '../../platform/flow/testing/recording-bus.ts';
import { RecordedSpans } from '../../platform/telemetry/testing/recorded-spans.ts';
import { askedById } from '../orders/order-request.ts';
import { SweepRequests } from './sweep-requests.ts';

const spans = new RecordedSpans();
const asked = askedById('us', 7);

function setUp() {
  const bus = new RecordingBus();
  const lines: Line[] = [];
  const requests = new SweepRequests('orders', { bus, clock: bus.clock, log: logTo(lines) });
  return { bus, lines, requests };
}

it('a request is with the broker when it is said to be, and begins a trace', async () => {
  const { bus, requests } = setUp();
  await requests.ask({ asked, seen: '2026-11-23 07:59:58', reason: 'sweep' });
  expect(bus.broker.values(refresh)).toEqual([
    {
      ...asked,
      reason: 'sweep',
      seen: '2026-11-23 07:59:58',
      requestedBy: 'order-relay',
      requestedAt: bus.clock.now(),
      always: false,
      notBefore: null,
    },
  ]);
  expect(spans.ended('sweep orders')).toMatchObject([
    { attributes: { 'messaging.kafka.message.key': 'us/7' } },
  ]);
});

it('a row that cannot be read is told of, and asked for by its id where that names what it is about', async () => {
  const { bus, lines, requests } = setUp();
  await requests.report({ id: '7', why: 'at items' }, asked, 'nightly');
  expect(bus.broker.values(refresh)).toMatchObject([{ key: 'us/7', reason: 'nightly', seen: null }]);
  await requests.report({ id: '8', why: 'at items' }, null, 'document');
  expect(bus.broker.values(refresh)).toHaveLength(1);
  expect(lines).toMatchObject([
    {
      level: 'error',
      fields: { sweep: 'orders', entityId: '7', why: 'at items', fix: 'See what is parked of the order' },
    },
    { level: 'error', fields: { entityId: '8', fix: 'Look at it in the shop' } },
  ]);
});

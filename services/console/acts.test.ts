/** Double: the topics. What the buttons do, asked as the page asks. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { audit, controls, differences, parked, refresh } from '../../schemas/topics.ts';
import type { Audit, Difference, Parked } from '../../schemas/types.ts';
import { RecordingBus } from '../platform/flow/testing/recording-bus.ts';
import { acts, givenIn } from './acts.ts';
import type { ActName } from './acts.ts';

let bus: RecordingBus;
let closed: number;
beforeEach(() => {
  bus = new RecordingBus();
  closed = 0;
});

const actor = { name: 'Jane', tool: 'console' } as const;
const asked = new Map<string, object>();

function act(name: ActName, body: object): Promise<object> {
  const openReader = () => ({
    read: (_topic: string, bytes: Buffer) => Promise.resolve(asked.get(bytes.toString())),
    close: () => Promise.resolve(void (closed += 1)),
  });
  return acts[name]({ bus, instance: 'main', openReader }, givenIn(body), actor);
}

function park(key: string | null, own: Partial<Parked> = {}): string {
  const value = {
    group: 'cartage.main.order-exporter',
    topic: 'magento.orders',
    partition: 0,
    offset: 7,
    key,
    documentId: null,
    code: 'order.payment_unmapped',
    parkedAt: 1,
    recordValue: Buffer.from('personal'),
    ...own,
  } as Parked;
  bus.broker.append(parked, parked.key(value), value);
  return parked.key(value);
}

function differs(key: string, own: Partial<Difference> = {}): void {
  const place = { instance: 'main', kind: 'stock', topic: 'erp.stock', key, field: 'quantity' };
  const value = { ...place, cause: 'deleted', repair: 'none', firstSeenAt: 1, ...own } as Difference;
  bus.broker.append(differences, differences.key(value), value);
}

const requests = () => bus.broker.values(refresh).map(({ topic, key }) => `${topic} ${key}`);
const written = () =>
  bus.broker
    .values(audit)
    .map(({ action, subject, count, reason, actor: who, tool }) => [
      action,
      subject,
      count,
      reason,
      who,
      tool,
    ]);

describe('a release', () => {
  it('says first what it comes to and does nothing, then asks, by whom and why', async () => {
    const ids = [park('main/default/1'), park('main/default/2')];
    park('other/default/1', { group: 'cartage.other.order-exporter' });
    const cause = 'order.payment_unmapped';
    expect(await act('parked/release', { cause, dryRun: true })).toMatchObject({ dryRun: true, count: 2 });
    expect([requests(), written()]).toEqual([[], []]);
    const done = await act('parked/release', { cause, reason: ' mapped ' });
    expect(done).toMatchObject({ count: 2, stuckCount: 0, asked: { [ids[0]!]: { key: 'main/default/1' } } });
    expect(requests()).toEqual(['magento.orders main/default/1', 'magento.orders main/default/2']);
    expect(written()).toEqual([['parked.release', `cause ${cause}`, 2, 'mapped', 'Jane', 'console']]);
    expect(closed).toBe(2);
  });

  it('finds in a parked request what it was for, and says the way out of what nobody can ask for', async () => {
    asked.set('for stock', { topic: 'erp.stock', entityId: null });
    const request = { group: 'cartage.main.erp-ingester', topic: 'cartage.refresh' };
    const ids = [park('W1/A', { ...request, recordValue: Buffer.from('for stock') }), park(null)];
    expect(await act('parked/release', { keys: ids, reason: 'r' })).toMatchObject({
      asked: { [ids[0]!]: { topic: 'erp.stock', key: 'W1/A' } },
      stuck: { [ids[1]!]: expect.stringContaining('cannot be read') },
    });
  });
});

it('a discard leaves a tombstone, and is on record before', async () => {
  const [id, others] = [
    park('main/default/1'),
    park('other/default/1', { group: 'cartage.other.order-exporter' }),
  ];
  const cause = 'order.payment_unmapped';
  await act('parked/discard', { cause, reason: 'entered by hand' });
  expect([bus.newest(parked).get(id), bus.newest(parked).get(others)]).toEqual([null, expect.anything()]);
  expect(written()).toEqual([['parked.discard', `cause ${cause}`, 1, 'entered by hand', 'Jane', 'console']]);
});

interface Named {
  asked: object;
  discarded: string[];
  count: number;
}

it('of very many no more than a thousand wait for the broker at once, and a hundred are named', async () => {
  for (let number = 0; number < 2_500; number += 1) park(`main/default/${number}`);
  let [waiting, most] = [0, 0];
  const publish = bus.publish.bind(bus);
  bus.publish = async (...given) => {
    most = Math.max(most, (waiting += 1));
    await publish(...given);
    waiting -= 1;
  };
  const cause = 'order.payment_unmapped';
  const { asked, count } = (await act('parked/release', { cause, reason: 'r' })) as Named;
  expect([requests().length, most, Object.keys(asked).length, count]).toEqual([2_500, 1_000, 100, 2_500]);
  const tried = (await act('parked/discard', { cause, dryRun: true })) as Named;
  expect([tried.discarded.length, tried.count]).toEqual([100, 2_500]);
});

it('a repair asks for each key once, of what differs here', async () => {
  differs('W1/A');
  differs('W1/A', { field: 'status' });
  differs('W1/B', { instance: 'other' });
  expect(await act('differences/repair', { kind: 'stock', dryRun: true })).toMatchObject({ count: 1 });
  expect([requests(), written()]).toEqual([[], []]);
  expect(await act('differences/repair', { kind: 'stock', reason: 'r' })).toEqual({
    dryRun: false,
    asked: [{ topic: 'erp.stock', key: 'W1/A' }],
    count: 1,
  });
  expect(requests()).toEqual(['erp.stock W1/A']);
  expect(written()).toEqual([['differences.repair', 'kind stock', 2, 'r', 'Jane', 'console']]);
});

it('a control is set beside what was set before, and refused where it makes no sense', async () => {
  await act('controls', { flow: 'order-exporter', action: 'pause', reason: 'moved' });
  await act('controls', { flow: 'order-exporter', action: 'set', what: 'batch', value: '9', reason: 'slow' });
  expect(bus.newest(controls).get('main/order-exporter')).toMatchObject({
    paused: true,
    batchMax: 9,
    reason: 'slow',
    setBy: 'Jane',
  });
  // Of a process, all its parts: that is what a dry run shows before.
  const tried = { flow: 'order-exporter', action: 'resume', dryRun: true };
  expect(await act('controls', tried)).toMatchObject([
    { reader: 'order-exporter', paused: false, batchMax: 9 },
    { reader: 'order-exporter.customers', paused: false, batchMax: 9 },
  ]);
  expect(bus.newest(controls).get('main/order-exporter')).toMatchObject({ paused: true });
  for (const wrong of [
    { flow: 'order-exporter', action: 'end' },
    { flow: 'order-exporter', action: 'set', what: 'batch', value: '0' },
    { flow: 'nothing', action: 'pause' },
    { flow: 'stock', action: 'set', what: 'schedule', value: '22:00-05:00' },
    { flow: 'catalog', action: 'set', what: 'schedule', value: '30m' },
    { flow: 'reconciler', action: 'set', what: 'schedule', value: '30' },
    { flow: 'reconciler', action: 'pause' },
  ])
    await expect(act('controls', { reason: 'r', ...wrong })).rejects.toThrow(/controls\.|flow\.unknown/);
  expect(written()).toHaveLength(2);
});

it('sets when a flow does its work, where it has a schedule, and says where it has none', async () => {
  const schedule = (flow: string, value: string) =>
    act('controls', { flow, action: 'set', what: 'schedule', value, reason: 'slow' });
  expect(await schedule('catalog', '22:00-05:00')).toMatchObject([
    { reader: 'catalog-applier', schedule: '22:00-05:00', paused: false },
  ]);
  expect(await schedule('reconciler', '15m')).toMatchObject([{ reader: 'reconciler', schedule: '15m' }]);
  expect(await schedule('reconciler', 'default')).toMatchObject([{ reader: 'reconciler', schedule: null }]);
  await expect(schedule('orders', '1h')).rejects.toThrow('orders has no schedule');
  expect(bus.broker.values<Audit>(audit).map(({ subject }) => subject)).toEqual([
    'catalog: schedule 22:00-05:00',
    'reconciler: schedule 15m',
    'reconciler: schedule default',
  ]);
});

describe('whatever is sent', () => {
  it('has a reason, unless nothing is changed', () => {
    for (const reason of [undefined, '', '  '])
      expect(() => givenIn({ keys: ['x'], reason })).toThrow('act.reason');
    expect(givenIn({ keys: ['x'], dryRun: true })).toMatchObject({ reason: '', dryRun: true });
  });

  it.each([
    { keys: 'all' },
    { keys: [1] },
    { keys: Array.from({ length: 1_001 }, () => 'k') },
    { cause: { $ne: '' } },
    { dryRun: 'yes' },
    { reason: 7 },
  ])('is refused when it is not of that shape: %j', (body) => {
    expect(() => givenIn({ reason: 'r', ...body })).toThrow('act.shape');
  });

  it('may be nothing at all', () => {
    expect(() => givenIn(undefined)).toThrow('act.reason');
  });
});

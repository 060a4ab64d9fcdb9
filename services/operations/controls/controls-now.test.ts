import { expect, it } from '@jest/globals';
import { controls } from '../../../schemas/topics.ts';
import { RecordingBus } from '../../platform/flow/testing/recording-bus.ts';
import { readersOf } from '../flow-names.ts';
import { changed, controlsNow } from './controls-now.ts';

const by = { instance: 'main', reason: 'slow', setBy: 'ada', setAt: 1 };

it('changes what is named and keeps the rest, until it is set otherwise', () => {
  const slowed = changed(undefined, 'inventory-applier', { concurrencyMax: 1 }, by);
  const paused = changed(slowed, 'inventory-applier', { paused: true }, { ...by, setAt: 2 });
  expect(paused).toEqual({
    ...by,
    reader: 'inventory-applier',
    paused: true,
    concurrencyMax: 1,
    batchMax: null,
    schedule: null,
    setAt: 2,
  });
  expect(changed(paused, 'inventory-applier', { concurrencyMax: null, paused: false }, by)).toMatchObject({
    paused: false,
    concurrencyMax: null,
  });
});

it('reads what is set of its own instance', async () => {
  const bus = new RecordingBus();
  for (const instance of ['main', 'other'])
    await bus.publish(controls, { value: changed(undefined, 'a', { paused: true }, { ...by, instance }) });
  expect([...(await controlsNow(bus, 'main')).values()].map(({ instance }) => instance)).toEqual(['main']);
});

it('knows flows by their switch, their process and their part, and says which there are', () => {
  expect(readersOf('orders')).toEqual(['order-exporter', 'order-relay']);
  expect(readersOf('order-exporter')).toEqual(['order-exporter', 'order-exporter.customers']);
  expect(readersOf('order-exporter.customers')).toEqual(['order-exporter.customers']);
  expect(() => readersOf('ordres')).toThrow(/no flow ordres/);
});

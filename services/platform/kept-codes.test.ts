/** Double: the broker, which keeps what it is given. */
import { expect, it } from '@jest/globals';
import { cursors } from '../../schemas/topics.ts';
import { Unavailable } from './errors.ts';
import { RecordingBus } from './flow/testing/recording-bus.ts';
import { KeptCodes } from './kept-codes.ts';

const views = [
  { id: 1, code: 'default' },
  { id: 2, code: 'fr' },
];

it('codes of store views and websites are kept for whoever comes after, each once and for its instance', async () => {
  const bus = new RecordingBus();
  const open = async (instance: string) => {
    const kept = new KeptCodes(bus, instance, bus.clock);
    await kept.follow();
    return kept;
  };
  const first = await open('us');
  await first.keep('store-view', views);
  await first.keep('store-view', views);
  expect(bus.broker.values(cursors)).toHaveLength(2);
  await first.keep('website', [{ id: 1, code: 'base' }]);
  const second = await open('us');
  expect(second.of('store-view')).toEqual({ 1: 'default', 2: 'fr' });
  expect(second.of('website')).toEqual({ 1: 'base' });
  expect((await open('eu')).of('store-view')).toEqual({});
});

it('a code is not known before the broker has it, and written again where the topic was made anew', async () => {
  const bus = new RecordingBus();
  const kept = new KeptCodes(bus, 'us', bus.clock);
  await kept.follow();
  bus.failure = new Unavailable({ code: 'kafka.not_acknowledged', what: 'no answer', fix: 'wait' });
  await expect(kept.keep('store-view', views)).rejects.toThrow(Unavailable);
  expect(kept.of('store-view')).toEqual({});
  bus.failure = null;
  await kept.keep('store-view', views);
  bus.recreate(cursors);
  expect(kept.of('store-view')).toEqual({ 1: 'default', 2: 'fr' });
  await kept.keep('store-view', views);
  expect(bus.broker.values(cursors)).toHaveLength(2);
  // As the configuration has it now.
  await kept.keep('store-view', [{ id: 2, code: 'fr_old' }]);
  expect(kept.of('store-view')).toEqual({ 1: 'default', 2: 'fr_old' });
});

/** Double: the broker, which keeps what it is given. */
import { expect, it } from '@jest/globals';
import { cursors } from '../../schemas/topics.ts';
import { Unavailable } from './errors.ts';
import { RecordingBus } from './flow/testing/recording-bus.ts';
import { KeptStoreCodes } from './kept-store-codes.ts';

const views = [
  { id: 1, code: 'default' },
  { id: 2, code: 'fr' },
];

it('codes of store views are kept for whoever comes after, each once and for its instance', async () => {
  const bus = new RecordingBus();
  const open = async (instance: string) => {
    const kept = new KeptStoreCodes(bus, instance, bus.clock);
    await kept.follow();
    return kept;
  };
  const first = await open('us');
  await first.keep(views);
  await first.keep(views);
  expect(bus.broker.values(cursors)).toHaveLength(2);
  expect((await open('us')).codes).toEqual({ 1: 'default', 2: 'fr' });
  expect((await open('eu')).codes).toEqual({});
});

it('a code is not known before the broker has it, and written again where the topic was made anew', async () => {
  const bus = new RecordingBus();
  const kept = new KeptStoreCodes(bus, 'us', bus.clock);
  await kept.follow();
  bus.failure = new Unavailable({ code: 'kafka.not_acknowledged', what: 'no answer', fix: 'wait' });
  await expect(kept.keep(views)).rejects.toThrow(Unavailable);
  expect(kept.codes).toEqual({});
  bus.failure = null;
  await kept.keep(views);
  bus.recreate(cursors);
  expect(kept.codes).toEqual({ 1: 'default', 2: 'fr' });
  await kept.keep(views);
  expect(bus.broker.values(cursors)).toHaveLength(2);
  // As the configuration has it now.
  await kept.keep([{ id: 2, code: 'fr_old' }]);
  expect(kept.codes).toEqual({ 1: 'default', 2: 'fr_old' });
});

/** Double: the broker. */
import { expect, it } from '@jest/globals';
import { cursors } from '../../schemas/topics.ts';
import type { Cursor } from '../../schemas/types.ts';
import { RecordingBus } from '../platform/flow/testing/recording-bus.ts';
import { SourceCursors } from './cursor.ts';

const written = (source: string, epoch: number, updatedAt: number): Cursor => ({
  process: 'erp-ingester',
  source,
  position: '0/10',
  slot: 'cartage',
  systemId: '7/1',
  tables: null,
  seenTo: null,
  epoch,
  firstLoad: 'done',
  streams: [],
  updatedAt,
});

it('is the one of the instance under any name of the slot; one of before is read until it is written anew', async () => {
  const bus = new RecordingBus();
  const own = new SourceCursors(bus, 'main', bus.clock);
  const put = (cursor: Cursor) => bus.publish(cursors, { value: cursor });
  expect(await own.read()).toBeNull();
  await put(written('main/cartage', 7, 20));
  await put(written('main/older', 9, 10));
  await put(written('main2/cartage', 8, 30));
  const found = (await own.read())!;
  expect(found).toMatchObject({ epoch: 7, slot: 'cartage' });
  await own.write({ ...found, slot: 'renamed', epoch: 8 });
  expect([...bus.newest(cursors)].flatMap(([key, value]) => (value === null ? [] : [key]))).toEqual([
    'erp-ingester/main2/cartage',
    'erp-ingester/main',
  ]);
  await put(written('main/cartage', 7, 40));
  expect(await own.read()).toMatchObject({ epoch: 8, slot: 'renamed' });
});

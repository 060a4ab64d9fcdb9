/** Real: the reading and its index. Double: the topic. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { stock } from '../../schemas/topics.ts';
import type { Stock } from '../../schemas/types.ts';
import { RecordingBus } from '../platform/flow/testing/recording-bus.ts';
import { settled } from '../platform/flow/testing/virtual-clock.ts';
import { digestOf } from './published-index.ts';
import type { PublishedIndex } from './published-index.ts';
import { PublishedReading } from './published-reading.ts';
import { rowShapes } from '../erp/rows/index.ts';

const shape = rowShapes['erp.stock']!;
const key = 'W1/A';
const valueOf = (quantity: string) =>
  ({ source: 'W1', sku: 'A', quantity, sourceKey: '{"id":"7"}', deleted: false }) as Stock;

let bus: RecordingBus;
let reading: PublishedReading;
let index: PublishedIndex;

beforeEach(async () => {
  bus = new RecordingBus();
  reading = new PublishedReading(shape);
  bus.broker.append(stock, key, valueOf('9.0000'));
  index = reading.index;
  await reading.read(bus);
});

/** As the publisher does it: doubted, published, noted. */
function publishHere(quantity: string): void {
  const value = valueOf(quantity);
  index.doubt(key, value);
  bus.broker.append(stock, key, value);
  index.note(key, value, digestOf(shape, value, bus.clock.now()));
}

/** When all is read that was published. */
async function strays() {
  await settled();
  return reading.strays();
}

describe('what another process has published after it lost the slot', () => {
  it('is found when it lies above our own record, with the key to ask the ERP by', async () => {
    publishHere('5.0000');
    bus.broker.append(stock, key, valueOf('6.0000'));
    expect(await strays()).toEqual([{ key: '7', asked: key }]);
  });

  it('is found also where we have published nothing of that key yet', async () => {
    bus.broker.append(stock, key, valueOf('6.0000'));
    expect(await strays()).toHaveLength(1);
  });

  it('is no matter where it came from no stream: it is not ours to publish', async () => {
    publishHere('5.0000');
    bus.broker.append(stock, key, { ...valueOf('6.0000'), sourceKey: '{}' });
    expect(await strays()).toEqual([]);
  });

  it('is not looked for where the topic has as many more records as were published here', async () => {
    let read = 0;
    const { readAll } = bus;
    bus.readAll = (contract, options) =>
      readAll(contract, {
        ...options,
        onRecord: (record) => {
          read += 1;
          options.onRecord(record);
        },
      });
    reading = new PublishedReading(shape);
    index = await reading.read(bus);
    expect(read).toBe(1);
    publishHere('5.0000');
    expect([await strays(), read]).toEqual([[], 1]);
  });

  it('is counted from where it was read last: what another one publishes after that is read by the next session', async () => {
    publishHere('5.0000');
    bus.broker.append(stock, key, valueOf('6.0000'));
    expect(await strays()).toHaveLength(1);
    bus.broker.append(stock, key, valueOf('7.0000'));
    await reading.read(bus);
    expect(index.isSame(key, digestOf(shape, valueOf('7.0000'), bus.clock.now()))).toBe(true);
  });

  it('stays in doubt until it is asked: the session that has found it may end before', async () => {
    bus.broker.append(stock, key, valueOf('6.0000'));
    expect([await strays(), await strays()]).toEqual([[{ key: '7', asked: key }], []]);
    await reading.read(bus);
    expect([...index.doubted()]).toEqual(['{"id":"7"}']);
    publishHere('5.0000');
    expect([...index.doubted(), ...(await strays())]).toEqual([]);
  });

  it('is no matter below our own record, nor where it says the same', async () => {
    bus.broker.append(stock, key, valueOf('6.0000'));
    publishHere('5.0000');
    expect(await strays()).toEqual([]);
    bus.broker.append(stock, key, valueOf('5.0000'));
    expect(await strays()).toEqual([]);
  });
});

describe('what stood on a topic that was recreated', () => {
  let asked: number;
  beforeEach(() => {
    asked = 0;
    reading.onRecreated = () => (asked += 1);
  });

  it('is the same no more, also long after the start, and everything is to be asked', async () => {
    const digest = digestOf(shape, valueOf('9.0000'), bus.clock.now());
    expect(index.isSame(key, digest)).toBe(true);
    await reading.strays();
    bus.recreate(stock);
    expect([index.isSame(key, digest), asked]).toEqual([false, 1]);
  });

  it('is to be told as deleted once more where it was', () => {
    index.note(key, { ...valueOf('9.0000'), deleted: true }, 1);
    expect(index.recordsOf('{"id":"7"}')).toEqual([]);
    bus.recreate(stock);
    expect(index.recordsOf('{"id":"7"}')).toEqual([key]);
  });

  it('counts for nothing: what another one publishes to the new one is found', async () => {
    publishHere('5.0000');
    await settled();
    bus.recreate(stock);
    publishHere('5.0000');
    bus.broker.append(stock, key, valueOf('6.0000'));
    expect(await strays()).toHaveLength(1);
  });

  it('is no stray of another process', async () => {
    publishHere('5.0000');
    bus.broker.append(stock, key, valueOf('6.0000'));
    bus.recreate(stock);
    publishHere('5.0000');
    expect(await strays()).toEqual([]);
  });
});

it('a reading that is stopped while it is being opened is stopped', async () => {
  const opening = Promise.withResolvers<void>();
  const { readAll } = bus;
  let stops = 0;
  bus.readAll = async (contract, options) => {
    await opening.promise;
    const opened = await readAll(contract, options);
    return { ...opened, stop: async () => void (stops += 1) };
  };
  reading = new PublishedReading(shape);
  const reads = reading.read(bus);
  await reading.stop();
  opening.resolve();
  await Promise.allSettled([reads]);
  expect(stops).toBe(1);
});

it('doubts what was published from a moment on, which may never have been', async () => {
  const publishedAt = bus.clock.now();
  const later = new PublishedReading(shape);
  await later.read(bus, publishedAt);
  expect([...later.index.doubted()]).toEqual(['{"id":"7"}']);
  const earlier = new PublishedReading(shape);
  await earlier.read(bus, publishedAt + 1);
  expect([...earlier.index.doubted()]).toEqual([]);
});

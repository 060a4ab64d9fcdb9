import { expect, it } from '@jest/globals';
import { fulfilments, stock } from '../../schemas/topics.ts';
import type { Fulfilment, Stock } from '../../schemas/types.ts';
import { RecordingBus } from './flow/testing/recording-bus.ts';
import { NewestStates } from './newest-states.ts';

const itemOf = ({ quantity }: Stock) => quantity;
const send = (bus: RecordingBus, sku: string, quantity: string | null, partition = 0) =>
  bus.broker.append(stock, `W1/${sku}`, quantity === null ? null : ({ quantity } as Stock), partition);

it('is that of the newest record of each key, also of one that comes later', async () => {
  const bus = new RecordingBus();
  send(bus, 'a', '1');
  send(bus, 'b', '1');
  send(bus, 'a', '2');
  send(bus, 'c', '3', 1);
  const states = new NewestStates({ bus, contract: stock, partitions: new Set([0]), itemOf, keysMax: 9 });
  await states.read();
  expect([...states.byKey.values()].map(({ key, item }) => `${key} ${item}`)).toEqual(['W1/b 1', 'W1/a 2']);
  send(bus, 'a', null);
  send(bus, 'b', '4');
  await bus.clock.pass(1_000);
  expect([...states.byKey.values()]).toMatchObject([{ key: 'W1/b', item: '4', offset: 4 }]);
  await states.stop();
});

it('is nothing where the record cannot be judged, also after one that could', async () => {
  const bus = new RecordingBus();
  send(bus, 'a', '1');
  send(bus, 'a', '2');
  const judge = ({ quantity }: Stock) => {
    if (quantity === '2') throw new Error('held');
    return quantity;
  };
  const states = new NewestStates({ bus, contract: stock, itemOf: judge, keysMax: 9 });
  await states.read();
  expect(states.byKey.size).toBe(0);
  await states.stop();
});

it('is read in slices, each key in one of them, where there are too many', async () => {
  const bus = new RecordingBus();
  const keys = Array.from({ length: 100 }, (_none, index) => `S${index}`);
  for (const key of keys) send(bus, key, '5');
  const read: string[] = [];
  for (let slice = 0, slices = 1; slice < slices; slice += 1) {
    const states = new NewestStates({ bus, contract: stock, itemOf, keysMax: 30 }, slice, slices);
    await states.read();
    ({ slices } = states);
    expect(states.byKey.size).toBeLessThan(60);
    read.push(...states.byKey.keys());
    await states.stop();
  }
  expect(read.toSorted()).toEqual(keys.map((key) => `W1/${key}`).toSorted());
});

it('is one of each document where a key carries several', async () => {
  const bus = new RecordingBus();
  const say = (documentId: string) =>
    bus.broker.append(fulfilments, 'us/en/1', { documentId, kind: 'shipment' } as Fulfilment);
  say('D1');
  say('D2');
  say('D1');
  const states = new NewestStates({
    bus,
    contract: fulfilments,
    itemOf: ({ documentId }) => documentId,
    idOf: ({ key, value }) => `${key} ${value?.documentId}`,
    keysMax: 9,
  });
  await states.read();
  expect([...states.byKey.values()].map(({ item }) => item)).toEqual(['D2', 'D1']);
  await states.stop();
});

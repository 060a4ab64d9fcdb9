/** Real: who may ship beside whom. Double: a source whose answers and shipments end when the test says so. */
import { beforeEach, expect, it } from '@jest/globals';
import { decimalOf } from '../platform/decimal.ts';
import { Unavailable } from '../platform/errors.ts';
import { Room } from './room.ts';

let room: Room;
let stored: Record<string, number>;
/** The shop says no to every shipment. */
let refuses: boolean;
let steps: string[];
/** What the source is asked for waits until it is let go, in this order. */
let waiting: { name: string; goOn: () => void }[];

beforeEach(() => {
  room = new Room();
  stored = { A: 0, B: 0 };
  refuses = false;
  steps = [];
  waiting = [];
});

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));
const wait = (name: string) => new Promise<void>((goOn) => waiting.push({ name, goOn }));

async function letGo(...names: string[]): Promise<void> {
  for (const name of names) {
    let turns = 0;
    while (!waiting.some((one) => one.name === name)) {
      if ((turns += 1) > 20)
        throw new Error(`${name} does not wait, but ${waiting.map((one) => one.name).join()}`);
      await turn();
    }
    const index = waiting.findIndex((one) => one.name === name);
    waiting.splice(index, 1)[0]!.goOn();
    await turn();
  }
}

const tooLittle = () =>
  new Unavailable({ code: 'magento.could_not_save', what: 'refused', fix: 'none' }, { perhapsRecord: true });

function ship(name: string, goods: Record<string, number>, through = room): Promise<string> {
  const all = Object.entries(goods);
  return through.ship({
    sourceCode: 'main',
    goods: new Map(all.map(([sku, units]) => [sku, decimalOf(String(units))])),
    held: async () => {
      const held = new Map(all.map(([sku]) => [sku.toLowerCase(), String(stored[sku])]));
      await wait(`${name} reads`);
      return held;
    },
    raise: async (rows) => {
      await turn();
      for (const { sku, quantity } of rows) stored[sku] = Number(quantity);
      steps.push(`${name} raises ${rows.map(({ sku, quantity }) => `${sku} to ${Number(quantity)}`).join()}`);
    },
    send: async () => {
      await wait(`${name} ships`);
      for (const [sku, units] of all) {
        if (refuses || stored[sku]! < units) throw tooLittle();
        stored[sku]! -= units;
      }
      steps.push(name);
      return name;
    },
  });
}

it('two shipments go side by side while there is enough for both, and the source is not asked', async () => {
  stored['A'] = 6;
  const both = Promise.all([ship('one', { A: 3 }), ship('two', { A: 3 })]);
  await letGo('two ships', 'one ships');
  expect(await both).toEqual(['one', 'two']);
  expect(steps).toEqual(['two', 'one']);
});

it('where there is too little for both room is made for the second', async () => {
  stored['A'] = 5;
  const both = Promise.all([ship('one', { A: 3 }), ship('two', { A: 3 })]);
  await letGo('one ships', 'two ships', 'two reads', 'two ships');
  await both;
  expect(steps).toEqual(['one', 'two raises A to 3', 'two']);
});

it('a source that held too little is asked first from then on, until it holds enough', async () => {
  const one = ship('one', { A: 1 });
  await letGo('one ships', 'one reads', 'one ships');
  const two = ship('two', { A: 1 });
  await letGo('two reads', 'two ships');
  stored['A'] = 9;
  const three = ship('three', { A: 1 });
  await letGo('three reads', 'three ships');
  const four = ship('four', { A: 1 });
  await letGo('four ships');
  await Promise.all([one, two, three, four]);
  expect(steps).toEqual(['one raises A to 1', 'one', 'two raises A to 1', 'two', 'three', 'four']);
});

it('room that was made for one is not taken by another, also where they share one SKU of several', async () => {
  const one = ship('one', { B: 1, A: 2 });
  const two = ship('two', { A: 1 });
  await letGo('one ships', 'two ships', 'one reads');
  const three = ship('three', { B: 1 });
  await letGo('one ships', 'two reads', 'two ships', 'three reads', 'three ships');
  await Promise.all([one, two, three]);
  expect(steps).toEqual([
    'one raises B to 1,A to 2',
    'one',
    'two raises A to 1',
    'two',
    'three raises B to 1',
    'three',
  ]);
});

it('a shipment whose goods another replica has taken makes room anew, and both leave', async () => {
  stored['A'] = 3;
  const other = new Room();
  const [one, two] = [ship('one', { A: 3 }), ship('two', { A: 2 }, other)];
  await letGo('two ships', 'one ships', 'one reads');
  // While it makes room, the other takes that as well.
  await turn();
  const three = ship('three', { A: 1 }, other);
  await letGo('three ships', 'one ships', 'one reads', 'one ships');
  expect(await Promise.all([one, two, three])).toEqual(['one', 'two', 'three']);
  expect(steps).toEqual(['two', 'one raises A to 3', 'three', 'one raises A to 3', 'one']);
});

it('a shipment that is refused for another reason is not sent again, and leaves the source to the next', async () => {
  stored['A'] = 3;
  const one = ship('one', { A: 3 });
  const refused = expect(one).rejects.toThrow('magento.could_not_save');
  refuses = true;
  await letGo('one ships', 'one reads');
  await refused;
  refuses = false;
  const two = ship('two', { A: 3 });
  await letGo('two ships');
  expect(await two).toBe('two');
  expect(steps).toEqual(['two']);
});

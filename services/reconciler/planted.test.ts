/**
 * Differences planted by chance on either side, over a line that is busy. Real: the rounds, what is wanted, causes, the
 * ledger. Doubles: broker, clock, shop and ERP. Asserted: all of them are found within one round, each with its cause, none
 * is invented, and all are gone when what differs was read again.
 */
import { expect, it } from '@jest/globals';
import { stock } from '../../schemas/topics.ts';
import { Random } from '../platform/flow/testing/random.ts';
import { Line } from './testing/line.ts';

const skus = 400;
const orders = 300;
const planted = 200;

it.each([1, 2, 3])('are all found, and nothing else: seed %d', async (seed) => {
  const random = new Random(seed);
  const line = new Line();
  for (let sku = 0; sku < skus; sku += 1)
    for (const source of ['W1', 'W2']) line.sendStock(source, `S${sku}`, String(random.between(1, 90)));
  const keys = Array.from({ length: orders }, (_none, index) => line.sendOrder(String(index)));
  const expected = new Map<string, () => void>();
  while (expected.size < planted) plant(line, random, keys, expected);
  busy(line, random);
  await line.round();
  expect(line.told()).toEqual([...expected.keys()].toSorted());
  // Of each what it is: the values are what they are.
  line.onQuestion = () => undefined;
  for (const mend of expected.values()) mend();
  await line.round();
  expect(line.told()).toEqual([]);
});

/** One difference, and what a repair of it comes to. */
function plant(line: Line, random: Random, keys: readonly string[], expected: Map<string, () => void>): void {
  const sku = `S${random.between(0, skus / 2)}`;
  const source = random.pick(['W1', 'W2']);
  const row = line.shop.get(`${line.stock.sources[source]}/${sku}`);
  const key = random.pick(keys.slice(0, orders / 2));
  const kept = line.erp.get(key);
  const wanted = Number(row?.quantity ?? 0);
  const isTaken = [...expected.keys()].some(
    (name) => name.includes(` ${source}/${sku} `) || name.includes(` ${key} `),
  );
  if (isTaken || row === undefined || kept === undefined) return;
  const writes = () => line.write(source, sku);
  const books = () => line.book(key);
  const four = (value: number) => value.toFixed(4);
  const place = (name: string) => expected.set(name, name.startsWith('stock') ? writes : books);
  const kinds: (() => void)[] = [
    () => {
      line.shop.set(`${row.sourceCode}/${sku}`, { ...row, quantity: four(wanted + 3) });
      place(`stock ${source}/${sku} quantity changed_by_hand: ${four(wanted)}/${four(wanted + 3)}`);
    },
    () => {
      line.shop.set(`${row.sourceCode}/${sku}`, { ...row, status: 0 });
      place(`stock ${source}/${sku} status changed_by_hand: 1/0`);
    },
    () => {
      line.shop.delete(`${row.sourceCode}/${sku}`);
      place(`stock ${source}/${sku} quantity deleted: ${four(wanted)}/null`);
    },
    () => {
      line.erp.delete(key);
      place(`orders ${key} exists never_exported: yes/null`);
    },
    () => {
      line.erp.delete(key);
      line.noteApplied('magento.orders', key);
      place(`orders ${key} exists deleted: yes/null`);
    },
    () => {
      line.erp.set(key, { ...kept, total: '99.99' });
      place(`orders ${key} total changed_in_erp: 12.5/99.99`);
    },
    () => {
      line.erp.set(key, { ...kept, isCanceled: true });
      place(`orders ${key} canceled changed_in_erp: false/true`);
    },
  ];
  random.pick(kinds)();
}

/** Others change, while it is compared: what is told, not yet finished, finished and written, in any order. */
function busy(line: Line, random: Random): void {
  line.onQuestion = () => {
    const [source, sku] = [random.pick(['W1', 'W2']), `S${random.between(skus / 2, skus)}`];
    line.sendStock(source, sku, String(random.between(1, 90)), false);
    const end = line.bus.broker.end(stock.topic);
    line.finished.set(stock.topic, Math.min(line.finished.get(stock.topic) ?? end - 1, end - 1));
    line.clock.after(random.between(1, 30_000), () => {
      line.write(source, sku);
      line.clock.after(random.between(0, 500), () =>
        line.finished.set(stock.topic, Math.max(line.finished.get(stock.topic) ?? 0, end)),
      );
    });
    // It comes to the ERP a moment before it is told to be finished there.
    line.sendOrder(`new${line.questions}`, {}, false);
    const key = `us/en/new${line.questions}`;
    line.clock.after(random.between(1, 50_000), () => line.book(key));
  };
}

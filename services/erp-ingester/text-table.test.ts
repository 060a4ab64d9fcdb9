import { expect, it } from '@jest/globals';
import { TextTable } from './text-table.ts';

it('takes no text for another, where one begins as the other does', () => {
  const table = new TextTable();
  const [long, short] = [table.add('W1/AB'), table.add('W1/A')];
  expect(long).not.toBe(short);
  const is = (number: number) => ['W1/AB', 'W1/A', 'W1/ABC'].map((text) => table.is(number, text));
  expect(is(long)).toEqual([true, false, false]);
  expect(is(short)).toEqual([false, true, false]);
});

it('finds each of many again, whatever it is written in and however long it is', () => {
  const table = new TextTable();
  const texts = Array.from({ length: 5_000 }, (_, number) => [`W1/SKU-${number}`, `Größe/${number}`]).flat();
  texts.push(...[0, 254, 255, 256, 300_000].map((length) => 'x'.repeat(length)), 'é'.repeat(127), 'after');
  const numbers = texts.map((text) => table.add(text));
  expect(new Set(numbers).size).toBe(texts.length);
  expect(texts.map((text) => table.find(text))).toEqual(numbers);
  expect(numbers.map((number) => table.at(number))).toEqual(texts);
  expect(table.find('W1/SKU-5000')).toBe(-1);
});

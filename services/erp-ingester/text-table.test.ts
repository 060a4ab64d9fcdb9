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

import { expect, it } from '@jest/globals';
import { byKeptCode } from './kept-names.ts';
import type { CodesById } from './kept-names.ts';

/** What the shop calls its views now, how they were first known, what the configuration says. */
function seen(now: string[], kept: CodesById, configured: CodesById = {}) {
  const views = now.map((code, index) => ({ id: index + 1, code }));
  const { known, open } = byKeptCode(views, configured, kept);
  return [known.map(({ one, code }) => `${one.id} ${code}`), open.map(({ id }) => id)];
}

it.each<[string, [string[], CodesById, CodesById?], string[], number[]]>([
  ['as the shop calls it, at first', [['a', 'b'], {}], ['1 a', '2 b'], []],
  ['as it was first known, though it is renamed', [['x', 'b'], { 1: 'a', 2: 'b' }], ['1 a', '2 b'], []],
  ['as the configuration says, before all', [['x', 'b'], { 1: 'a' }, { 1: 'c' }], ['1 c', '2 b'], []],
  ['not at all where a new one has its old code', [['x', 'b', 'a'], { 1: 'a', 2: 'b' }], ['2 b'], [1, 3]],
  [
    'not at all where two have changed places',
    [['b', 'a', 'c'], { 1: 'a', 2: 'b', 3: 'c' }],
    ['3 c'],
    [1, 2],
  ],
  ['not at all where its new code is another one’s old one', [['b', 'c'], { 1: 'a', 2: 'b' }], [], [1, 2]],
  [
    'as the configuration says, which settles it for the other too',
    [['x', 'b', 'a'], { 1: 'a', 2: 'b' }, { 3: 'new' }],
    ['1 a', '2 b', '3 new'],
    [],
  ],
])('a store view is known %s', (_name, given, known, open) => {
  expect(seen(...given)).toEqual([known, open]);
});

import { expect, it } from '@jest/globals';
import { History } from './history.ts';
import type { OutcomeView } from './outcome-view.ts';

const outcome = (key: string, finishedAt: number) => ({ key, finishedAt }) as OutcomeView;

it('tells of all keys that contain the text, in order of time', () => {
  const history = new History();
  history.add(outcome('main/default/000000042', 3));
  history.add(outcome('main/?/7', 2));
  history.add(outcome('main/de/000000042', 1));
  expect(history.story('000000042').map(({ finishedAt }) => finishedAt)).toEqual([1, 3]);
  expect(history.story('nothing')).toEqual([]);
});

it('forgets the oldest and tells the newest 500', () => {
  const history = new History();
  for (let index = 0; index < 20_001; index += 1) history.add(outcome(index === 0 ? 'FIRST' : 'SKU', index));
  expect(history.story('FIRST')).toEqual([]);
  const story = history.story('SKU');
  expect(story).toHaveLength(500);
  expect(story.at(-1)!.finishedAt).toBe(20_000);
});

/** Doubles: the reading of the topic, and the stream at work. */
import { expect, it } from '@jest/globals';
import { VirtualClock } from '../platform/flow/testing/virtual-clock.ts';
import type { PublishedReading } from './published-reading.ts';
import { straysOf } from './strays.ts';

it('strays are not taken by a session that ends while it waits for its turn: the next one asks for them', async () => {
  const ending = new AbortController();
  let looks = 0;
  const strays = async () => {
    looks += 1;
    return [{ key: '7', asked: 'W1/A' }];
  };
  const published = { strays } as PublishedReading;
  const clock = new VirtualClock();
  const look = (betweenAnswers: <Result>(work: () => Promise<Result>) => Promise<Result>) =>
    straysOf(published, { betweenAnswers }, clock, ending.signal);
  expect(await look((work) => work())).toHaveLength(1);
  const late = await look((work) => {
    ending.abort('over');
    return work();
  });
  expect([late, looks]).toEqual([[], 1]);
});

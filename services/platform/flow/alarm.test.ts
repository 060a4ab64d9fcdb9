import { expect, it } from '@jest/globals';
import { Alarm } from './alarm.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

it('rings once, when it was set to last, in a millisecond at the soonest, and not when it is cleared', async () => {
  const clock = new VirtualClock();
  const startedAt = clock.now();
  const rung: string[] = [];
  const alarm = new Alarm(clock);
  const set = (name: string, delayMs: number) =>
    alarm.set(delayMs, () => rung.push(`${name} ${clock.now() - startedAt}`));
  set('earlier', 50);
  set('later', 80);
  await clock.pass(100);
  set('now', -5);
  await clock.pass(100);
  set('never', 10);
  alarm.clear();
  expect([rung, clock.waits]).toEqual([['later 80', 'now 101'], 0]);
  await clock.pass(100);
  expect(rung).toHaveLength(2);
});

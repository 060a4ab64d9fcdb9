import { expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { magentoTime } from '../../magento/rest/time.ts';
import { nightly } from './nightly.ts';

const [hourMs, dayMs] = [3_600_000, 86_400_000];
const midnight = Date.UTC(2026, 10, 23);
const atMs = 3 * hourMs;

function nightOf(last: number | null, now: number, fails = false) {
  const steps: string[] = [];
  const position = (at: number) => ({ updatedAt: magentoTime(at), entityId: 0, isFirstLoad: false });
  const cursors = {
    read: (name: string) => (
      steps.push(`read ${name}`),
      last === null ? null : { ...position(last), writtenAt: 0 }
    ),
    write: async (name: string, { updatedAt }: { updatedAt: string }) => {
      await turn();
      steps.push(`write ${name} ${updatedAt}`);
    },
  };
  const round = async (at: number) => {
    await turn();
    if (fails) throw new Error('away');
    steps.push(`round at ${at - now}`);
    return { rows: 7, requests: 2 };
  };
  return { night: nightly('n', { cursors, clock: { now: () => now }, atMs }, round), steps };
}

const wrote = (at: number) => `write n ${magentoTime(at)}`;
const tonight = midnight + atMs;

it.each<[string, number | null, number, string[], number]>([
  ['at its hour', tonight - dayMs, tonight, ['round at 0', wrote(tonight)], 7],
  [
    'later, when nobody was there at its hour',
    tonight - 3 * dayMs,
    tonight + dayMs - 1,
    ['round at 0', wrote(tonight)],
    7,
  ],
  ['not before its hour', tonight - dayMs, tonight - 1, [], 0],
  ['once a night', tonight, tonight + dayMs - 1, [], 0],
  ['not in the first night: what was there before is the sweep’s', null, tonight + 5, [wrote(tonight)], 0],
])('a round is made %s', async (_when, last, now, expected, rows) => {
  const { night, steps } = nightOf(last, now);
  expect(night.name).toBe('n');
  expect(await night.run()).toEqual({ rows, requests: rows === 0 ? 0 : 2 });
  expect(steps).toEqual(['read n', ...expected]);
});

it('a round that was interrupted is made anew', async () => {
  const { night, steps } = nightOf(tonight - dayMs, tonight, true);
  await expect(night.run()).rejects.toThrow('away');
  expect(steps).toEqual(['read n']);
});

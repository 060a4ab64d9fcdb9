import { expect, it } from '@jest/globals';
import { atOnceBy } from './quiet-hours.ts';

const hour = (time: string) => Date.parse(`1970-01-01T${time}:00Z`);
const at = (time: string) => Date.parse(`2026-03-01T${time}:00Z`);

it.each([
  ['20:00', '05:00', ['20:00', '23:59', '00:00', '04:59'], ['05:00', '12:00', '19:59']],
  ['01:00', '05:00', ['01:00', '04:59'], ['00:59', '05:00', '23:00']],
  ['05:00', '05:00', [], ['04:59', '05:00', '12:00']],
])('from %s to %s as many as the shop leaves are written at once, else few', (from, to, quiet, busy) => {
  const hours = { from: hour(from), to: hour(to), otherwise: 2 };
  const atOnce = (time: string, most: number) =>
    atOnceBy(
      hours,
      { now: () => at(time) },
      () => most,
      () => null,
    )();
  expect(quiet.map((time) => atOnce(time, 4))).toEqual(quiet.map(() => 4));
  expect(busy.map((time) => atOnce(time, 4))).toEqual(busy.map(() => 2));
  expect(busy.map((time) => atOnce(time, 1))).toEqual(busy.map(() => 1));
  expect(
    atOnceBy(
      undefined,
      { now: () => at('12:00') },
      () => 4,
      () => null,
    )(),
  ).toBe(4);
});

it('are those that an operator has set, until they are set otherwise', () => {
  const configured = { from: hour('20:00'), to: hour('05:00'), otherwise: 2 };
  let set: { from: number; to: number } | null = { from: hour('12:00'), to: hour('13:00') };
  let time = at('12:30');
  const own = atOnceBy(
    configured,
    { now: () => time },
    () => 4,
    () => set,
  );
  const unconfigured = atOnceBy(
    undefined,
    { now: () => time },
    () => 4,
    () => set,
  );
  expect([own(), unconfigured()]).toEqual([4, 4]);
  time = at('21:00');
  expect([own(), unconfigured()]).toEqual([2, 1]);
  set = null;
  expect([own(), unconfigured()]).toEqual([4, 4]);
});

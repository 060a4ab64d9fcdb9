import { expect, it } from '@jest/globals';
import { replacement, SeenLog } from './turn.ts';

const known = {
  position: '0/80 after 7@0/70',
  slot: 'cartage',
  systemId: '9/2',
  tables: null,
  seenTo: '0/90',
};
const system = {
  systemId: '9',
  walEnd: 0x200n,
  timeline: 4,
  ancestors: new Map([
    [1, 0x40n],
    [2, 0x90n],
  ]),
};
const lacking = 'a standby took over that may lack what was seen of the ERP database after 0/90';
const another = 'the ERP database is another one than before, or was restored';

it.each<[string, object, object, bigint, string | null]>([
  ['the same timeline', { systemId: '9/4' }, {}, 0x100n, null],
  [
    'the same timeline, shorter',
    { systemId: '9/4', position: '0/201' },
    {},
    0n,
    'the log of the ERP database ends before the cursor',
  ],
  ['one that turned off behind all that was seen', {}, {}, 0x90n, null],
  ['one that turned off before the cursor', { position: '0/91' }, {}, 0n, lacking],
  ['one that turned off before what was seen', { seenTo: '0/91' }, {}, 0n, lacking],
  ['one that turned off before what this process has seen since', {}, {}, 0x91n, lacking],
  ['a cursor that does not tell what was seen', { seenTo: null }, {}, 0n, lacking],
  ['a timeline that has no part of the old one', { systemId: '9/3' }, {}, 0n, another],
  ['an older timeline', { systemId: '9/5' }, {}, 0n, another],
  [
    'the former primary, come back while all is in doubt',
    { systemId: '9/4/doubted', seenTo: null },
    {},
    0n,
    another,
  ],
  ['the new one again, while all is in doubt', { systemId: '9/2/doubted', seenTo: null }, {}, 0n, lacking],
  ['another system', {}, { systemId: '8' }, 0n, another],
])('the log goes on, or not: %s', (_what, place, is, seenTo, reason) => {
  expect(replacement({ ...known, ...place }, { ...system, ...is }, seenTo)).toBe(reason);
});

it('of another history nothing was seen', () => {
  const seen = new SeenLog();
  seen.note(7n);
  expect(seen.to).toBe(7n);
  seen.forget();
  expect(seen.to).toBe(0n);
});

import { expect, it } from '@jest/globals';
import { checkCredentialsAge } from './credentials-age.ts';

const now = Date.parse('2026-06-30T12:00:00Z');

it.each([
  ['2026-06-30', 'ok', '0 days'],
  ['2026-04-12', 'ok', '79 days'],
  ['2026-04-11', 'warn', '80 days'],
  ['2026-01-01', 'warn', '180 days'],
  [undefined, 'warn', 'is not known'],
])('credentials of %s: %s, %s', (issuedOn, level, what) => {
  expect(checkCredentialsAge(issuedOn, now)).toMatchObject({ level, what: expect.stringContaining(what) });
});

import { expect, it } from '@jest/globals';
import { normalEmail } from './email.ts';

it.each([
  ['Jane@Example.com', 'jane@example.com'],
  [' jane @example.com\t', 'jane@example.com'],
  ['jane\u00a0@example.com', 'jane@example.com'],
  ['Jose\u0301@example.com', 'jos\u00e9@example.com'],
  ['j.a.n.e+shop@example.com', 'j.a.n.e+shop@example.com'],
  ['', ''],
])('%j is %j', (given, expected) => {
  expect(normalEmail(given)).toBe(expected);
  expect(normalEmail(expected)).toBe(expected);
});

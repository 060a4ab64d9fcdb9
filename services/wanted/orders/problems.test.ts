import { expect, it } from '@jest/globals';
import { Held } from '../../platform/errors.ts';
import { refuseInexact } from './problems.ts';

const [differ, oldType, oldCurrency] = [
  'order.totals_differ',
  'order.product_type_unsupported',
  'order.currencies_differ',
];
const refused = (...codes: string[]) => {
  try {
    refuseInexact({ problems: codes.map((code) => ({ code, detail: `about ${code}` })) });
    return null;
  } catch (error) {
    return error as Held;
  }
};

it('lets an order without problems pass', () => {
  expect(refused()).toBeNull();
});

it.each([
  [[differ], false, 'names the equation'],
  [[oldType], true, 'Read it again'],
  [[oldCurrency], true, 'Read it again'],
  [[oldType, oldCurrency], true, 'Read it again'],
  [[oldType, differ], false, 'Read it again'],
  [['order.of_tomorrow'], false, 'Look at the order in the shop'],
  [[oldCurrency, 'order.of_tomorrow'], false, 'Read it again'],
])('%j: held %s, under the first of them', (codes, isHeld, fix) => {
  const error = refused(...codes)!;
  expect(error instanceof Held).toBe(isHeld);
  expect(error.fault).toMatchObject({ code: codes[0], fix: expect.stringContaining(fix) });
  for (const code of codes) expect(error.fault.what).toContain(`about ${code}`);
});

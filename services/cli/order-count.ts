import { Rejected } from '../platform/errors.ts';

/** @throws Rejected for what is no number of orders */
export function orderCount(given: string): number {
  const count = Number(given);
  if (Number.isInteger(count) && count >= 1 && count <= 10_000) return count;
  throw new Rejected({
    code: 'cli.orders',
    what: `--orders ${given} is no number of orders`,
    fix: 'Give a whole number from 1 to 10000',
  });
}

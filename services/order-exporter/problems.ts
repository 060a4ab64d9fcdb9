import type { Order } from '../../schemas/types.ts';
import { Held, Rejected } from '../platform/errors.ts';

/** What to do about each problem. `held`: the order is right, and Cartage cannot say it yet. */
const remedies: Readonly<Record<string, { held: boolean; fix: string }>> = {
  'order.totals_differ': {
    held: false,
    fix: 'Find in the shop what makes the totals differ (an extension that adds a fee, gift cards, a changed price); enter the order in the ERP by hand, then `cartage parked discard KEY --reason TEXT`',
  },
  'order.product_type_unsupported': {
    held: true,
    fix: 'Enter the order in the ERP by hand, then `cartage parked discard KEY --reason TEXT`',
  },
  'order.currencies_differ': {
    held: true,
    fix: 'Enter the order in the ERP by hand, then `cartage parked discard KEY --reason TEXT`',
  },
};

const unknownRemedy = {
  held: false,
  fix: 'Look at the order in the shop; enter it in the ERP by hand, then `cartage parked discard KEY --reason TEXT`',
};

/** Nothing is booked from an order that its record cannot say exactly. @throws Held, Rejected with all problems. */
export function refuseInexact({ problems }: Pick<Order, 'problems'>): void {
  const [first] = problems;
  if (first === undefined) return;
  const fault = {
    code: first.code,
    what: `The order cannot be said exactly: ${problems.map(({ detail }) => detail).join('; ')}`,
    fix: (remedies[first.code] ?? unknownRemedy).fix,
  };
  const allHeld = problems.every(({ code }) => (remedies[code] ?? unknownRemedy).held);
  throw allHeld ? new Held(fault) : new Rejected(fault);
}

import type { Order } from '../../../schemas/types.ts';
import { Held, Rejected } from '../../platform/errors.ts';

/** What to do about each problem. `held`: the order is right, and Cartage cannot say it yet. */
const remedies: Readonly<Record<string, { held: boolean; fix: string }>> = {
  'order.totals_differ': {
    held: false,
    fix: 'The cause names the equation of the shop’s own amounts that fails. An extension that adds a total should put it into the order’s extension_attributes, in both currencies; then `cartage refresh magento.orders KEY`. Else enter the order in the ERP by hand, then `cartage parked discard KEY --reason TEXT`',
  },
  // Of records before version 3 of the contract.
  'order.product_type_unsupported': {
    held: true,
    fix: 'Read it again: `cartage refresh magento.orders KEY`',
  },
  'order.currencies_differ': { held: true, fix: 'Read it again: `cartage refresh magento.orders KEY`' },
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

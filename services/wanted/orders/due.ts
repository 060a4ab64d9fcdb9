import type { Order } from '../../../schemas/types.ts';
import { Held } from '../../platform/errors.ts';

/** Payment method code: from which order states on it is due in the ERP, and whether it must be paid by then. */
export type Payments = Readonly<
  Record<string, { readonly dueFrom: readonly string[]; readonly paid?: boolean }>
>;

type Judged = Pick<Order, 'state' | 'paymentMethod' | 'totals'>;

/** How far an order is. A state that is not here (canceled, on hold, closed) is no step on the way. */
const progress: Readonly<Record<string, number>> = {
  new: 1,
  pending_payment: 1,
  payment_review: 1,
  processing: 2,
  complete: 3,
};

/**
 * Whether an order that the ERP does not have yet is to be created there.
 * @returns null when it is due, else why not, in words.
 * @throws Held when nobody has said from which state on.
 */
export function whyNotDue(order: Judged, payments: Payments): string | null {
  const { state, paymentMethod } = order;
  if (state === 'canceled') return 'canceled before it was due';
  if (state === 'closed') return 'refunded as a whole before it was due';
  if (state === 'holded') return 'on hold in the shop; exported when it is released';
  const rule = Object.hasOwn(payments, paymentMethod) ? payments[paymentMethod] : undefined;
  if (rule === undefined) throw unmapped(paymentMethod);
  if (!hasReached(state, rule.dueFrom))
    return `not due in state ${state}: ${paymentMethod} is due from ${rule.dueFrom.join(', ')}`;
  return rule.paid === true ? whyNotPaid(order) : null;
}

/** An order may be seen first when it is further on: paid at once, or while nobody was looking. */
function hasReached(state: string, dueFrom: readonly string[]): boolean {
  if (dueFrom.includes(state)) return true;
  const reached = progress[state];
  if (reached === undefined) throw stateUnknown(state);
  return dueFrom.some((from) => (progress[from] ?? Infinity) < reached);
}

/** State "processing" says that a payment was authorised; only the invoice says that the money is there. */
function whyNotPaid({ paymentMethod, totals }: Judged): string | null {
  const { paidMinor, grandTotalMinor, currency, digits } = totals;
  const paid = paidMinor ?? 0;
  if (paid >= grandTotalMinor) return null;
  const text = (minor: number) => (minor / 10 ** digits).toFixed(digits);
  return `not due before it is paid (${paymentMethod}): ${text(paid)} of ${text(grandTotalMinor)} ${currency}`;
}

function unmapped(paymentMethod: string): Held {
  return new Held({
    code: 'order.payment_unmapped',
    what: `Payment method ${paymentMethod || '(none)'} has no rule from which state on its orders are due`,
    fix: `Add under orders.payments: \`${JSON.stringify(paymentMethod)}: { dueFrom: [processing], codes: { … } }\` ([new] when it is due as soon as it is placed); its orders are released by that`,
    waitsFor: `configuration/orders/payments/${paymentMethod}`,
  });
}

function stateUnknown(state: string): Held {
  return new Held({
    code: 'order.state_unknown',
    what: `The order is in state ${state}, which is none of Magento's own`,
    fix: 'Move the order on to a state of Magento in the shop; its next change is exported',
  });
}

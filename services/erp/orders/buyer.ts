import { customerKey } from '../../../schemas/keys.ts';
import type { Order } from '../../../schemas/types.ts';
import type { Config } from '../../platform/config/schema.ts';
import { normalEmail } from '../customers/email.ts';

/** Whose partner an order is to have in the ERP, as its statements see it in `$buyer`. What tells nothing is null. */
export interface Buyer {
  /** instance/website/customer id, of who ordered with an account. */
  key: string | null;
  /** Website code, whose e-mail address it is. */
  website: string | null;
  /** As of the customer flow: without spaces, in lower case. */
  email: string | null;
  /** Code of the one partner that all guests have. */
  partner: string | null;
}

/**
 * The same partner as the customer flow makes for an account, whichever of the two comes first. Of a guest by the rule:
 * that of his e-mail, which becomes the account's when he opens one; one per order; or one for all.
 */
export function buyerOf(
  { instance, website, customer }: Pick<Order, 'instance' | 'website' | 'customer'>,
  guests: Config['customers']['guests'],
): Buyer {
  const email = normalEmail(customer.email ?? '') || null;
  const { customerId } = customer;
  if (customerId !== null) {
    const key = website === null ? null : customerKey({ instance, website, customerId });
    return { key, website, email, partner: null };
  }
  if (guests === 'order') return { key: null, website, email: null, partner: null };
  if (guests === 'email') return { key: null, website, email, partner: null };
  return { key: null, website, email: null, partner: guests.partner };
}

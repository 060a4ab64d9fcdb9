import { describe, expect, it } from '@jest/globals';
import type { Order } from '../../../schemas/types.ts';
import { buyerOf } from './buyer.ts';

const order = (customerId: number | null, email: string | null, website: string | null = 'base') =>
  ({ instance: 'us', website, customer: { customerId, email } }) as Order;

describe('the partner of an order', () => {
  it('is that of the account, by the key that the customer flow writes', () => {
    for (const guests of ['email', 'order', { partner: 'WALKIN' }] as const)
      expect(buyerOf(order(7, ' Jane@Example.com'), guests)).toEqual({
        key: 'us/base/7',
        website: 'base',
        email: 'jane@example.com',
        partner: null,
      });
  });

  it('of a guest is that of the e-mail, one per order, or one for all', () => {
    const guest = order(null, 'Jane@Example.com');
    const nobody = { key: null, website: 'base', email: null, partner: null };
    expect(buyerOf(guest, 'email')).toEqual({ ...nobody, email: 'jane@example.com' });
    expect(buyerOf(guest, 'order')).toEqual(nobody);
    expect(buyerOf(guest, { partner: 'WALKIN' })).toEqual({ ...nobody, partner: 'WALKIN' });
  });

  it('is told apart by nothing where the order tells nothing', () => {
    const nobody = { key: null, website: null, email: null, partner: null };
    expect(buyerOf(order(null, ' ', null), 'email')).toEqual(nobody);
    expect(buyerOf(order(7, null, null), 'email')).toEqual(nobody);
  });
});

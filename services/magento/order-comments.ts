import { z } from 'zod';
import type { Rest } from './rest/rest.ts';
import { listOf, optionalText } from './shapes.ts';

export interface NewOrderComment {
  text: string;
  /**
   * The status that the order has. Magento gives it the one of the comment, also none: earlier releases of 2.4 then show
   * the order in no list (FACTS section 3).
   */
  status: string;
  /** Shown to the customer with the order. */
  isVisible?: boolean;
  /** Sends it by e-mail. */
  notify?: boolean;
}

export interface OrderComments {
  /** Of an order, in no particular order. */
  ofOrder(orderId: number): Promise<(string | null)[]>;
  /**
   * Adds a comment, which no customer sees unless told otherwise. NOT idempotent: look for it before. Magento loads and saves the whole order for
   * it, so nothing else of ours may write to the order at the same time.
   */
  add(orderId: number, comment: NewOrderComment): Promise<void>;
}

const list = z.object({ items: listOf(z.object({ comment: optionalText })) });

export function createOrderComments(rest: Rest): OrderComments {
  const path = (orderId: number) => ['orders', String(orderId), 'comments'];
  return {
    async ofOrder(orderId) {
      const route = 'GET orders/:id/comments';
      const found = await rest.call({ method: 'GET', path: path(orderId), shape: list, route });
      return found.items.map(({ comment }) => comment);
    },

    async add(orderId, { text, status, isVisible = false, notify = false }) {
      const statusHistory = {
        comment: text,
        status,
        is_customer_notified: Number(notify),
        is_visible_on_front: Number(isVisible),
      };
      const route = 'POST orders/:id/comments';
      await rest.call({
        method: 'POST',
        path: path(orderId),
        body: { statusHistory },
        shape: z.literal(true),
        route,
      });
    },
  };
}

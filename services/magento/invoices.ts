import { z } from 'zod';
import { addHiddenComment, documentItems, documentsOfOrder } from './order-documents.ts';
import { nullIfAbsent } from './rest/answers.ts';
import type { Rest } from './rest/rest.ts';
import { decimal, integer, listOf, optionalDecimal, optionalText, text } from './shapes.ts';

const invoice = z.object({
  entity_id: integer,
  increment_id: text,
  order_id: integer,
  base_currency_code: optionalText,
  base_grand_total: optionalDecimal,
  grand_total: optionalDecimal,
  items: listOf(z.object({ order_item_id: integer, sku: optionalText, qty: decimal })),
  comments: listOf(z.object({ entity_id: integer, comment: optionalText })),
});
export type MagentoInvoice = z.infer<typeof invoice>;

export interface NewInvoice {
  /** Order item ids of the parents: one of a part makes a second, empty invoice (FACTS section 5). Decimal text above zero. */
  items: readonly { orderItemId: number; quantity: string }[];
  /** Whether the payment's gateway is to take the money now; else the order counts as paid without it. */
  capture: boolean;
  /** The marker by which the invoice is found again. Not shown to the customer. */
  comment: string;
  /** Sends the invoice by e-mail. */
  notify: boolean;
}

export interface Invoices {
  /** Oldest first, with items and comments. */
  ofOrder(orderId: number): Promise<MagentoInvoice[]>;
  get(invoiceId: number): Promise<MagentoInvoice | null>;
  /**
   * Creates an invoice and returns its id. NOT idempotent: look for the comment before, and after an unknown outcome.
   * Magento drops lines that it does not know without a word: compare what was created.
   */
  create(orderId: number, invoice: NewInvoice): Promise<number>;
  /** Adds a comment that no customer sees. NOT idempotent: look for it before. */
  addComment(invoiceId: number, comment: string): Promise<void>;
}

export function createInvoices(rest: Rest): Invoices {
  return {
    ofOrder: (orderId) => documentsOfOrder(rest, { kind: 'invoice', orderId, item: invoice }),

    get(invoiceId) {
      const path = ['invoices', String(invoiceId)];
      return nullIfAbsent(rest.call({ method: 'GET', path, shape: invoice, route: 'GET invoices/:id' }));
    },

    create(orderId, { items, capture, comment, notify }) {
      return rest.call({
        method: 'POST',
        path: ['order', String(orderId), 'invoice'],
        body: {
          capture,
          items: documentItems('invoice', items),
          notify,
          appendComment: false,
          comment: { comment, is_visible_on_front: 0 },
        },
        shape: integer,
        route: 'POST order/:id/invoice',
      });
    },

    addComment: (invoiceId, comment) =>
      addHiddenComment(rest, {
        id: invoiceId,
        comment,
        path: ['invoices', 'comments'],
        route: 'POST invoices/comments',
      }),
  };
}

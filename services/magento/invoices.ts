import { z } from 'zod';
import { nullIfAbsent } from './rest/answers.ts';
import { jsonNumber, plainDecimal } from './rest/json.ts';
import { allReadable, searchAll } from './rest/list.ts';
import type { Rest } from './rest/rest.ts';
import { decimal, integer, listOf, optionalText, text } from './shapes.ts';

const invoice = z.object({
  entity_id: integer,
  increment_id: text,
  order_id: integer,
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
    async ofOrder(orderId) {
      const search = {
        groups: [[{ field: 'order_id', value: String(orderId) }]],
        sort: [{ field: 'entity_id', direction: 'ASC' as const }],
        pageSize: 50,
      };
      const found = await searchAll(rest, { path: ['invoices'], search, item: invoice, id: 'entity_id' });
      // The one that cannot be read may be the one that is looked for.
      return allReadable(found, 'the invoice');
    },

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
          items: invoicedItems(items),
          notify,
          appendComment: false,
          comment: { comment, is_visible_on_front: 0 },
        },
        shape: integer,
        route: 'POST order/:id/invoice',
      });
    },

    async addComment(invoiceId, comment) {
      const entity = { parent_id: invoiceId, comment, is_customer_notified: 0, is_visible_on_front: 0 };
      await rest.call({
        method: 'POST',
        path: ['invoices', 'comments'],
        body: { entity },
        shape: z.unknown(),
        route: 'POST invoices/comments',
      });
    },
  };
}

/** An empty list invoices everything that is left, so it must never leave this process. */
function invoicedItems(items: NewInvoice['items']): unknown[] {
  if (items.length === 0)
    throw new RangeError('an invoice without items would be of the whole rest of the order');
  return items.map(({ orderItemId, quantity }) => ({
    order_item_id: orderItemId,
    qty: jsonNumber(plainDecimal(quantity)),
  }));
}

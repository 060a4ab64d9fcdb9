import { z } from 'zod';
import { decimalOf, magnitude, minus } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import { addHiddenComment, documentItems, documentsOfOrder } from './order-documents.ts';
import { nullIfAbsent } from './rest/answers.ts';
import { jsonNumber, plainDecimal } from './rest/json.ts';
import type { Rest } from './rest/rest.ts';
import { integer, listOf, optionalDecimal, optionalText, text } from './shapes.ts';

const creditMemo = z.object({
  entity_id: integer,
  increment_id: text,
  order_id: integer,
  base_currency_code: optionalText,
  base_grand_total: optionalDecimal,
  grand_total: optionalDecimal,
  base_shipping_amount: optionalDecimal,
  base_shipping_incl_tax: optionalDecimal,
  /** Null where nobody named it as it was made. */
  base_adjustment_positive: optionalDecimal,
  base_adjustment_negative: optionalDecimal,
  items: listOf(
    z.object({
      order_item_id: integer,
      sku: optionalText,
      qty: optionalDecimal.transform((units) => units ?? '0'),
    }),
  ),
  comments: listOf(z.object({ entity_id: integer, comment: optionalText })),
});
export type MagentoCreditMemo = z.infer<typeof creditMemo>;

/**
 * Whether so much of the shipping was paid back. The shop takes the amount with tax where it shows the shipping of its orders
 * with tax, which no call tells (read in the source). What was converted may be off by `within`.
 */
export function paysShipping(
  {
    base_shipping_amount,
    base_shipping_incl_tax,
  }: Pick<MagentoCreditMemo, 'base_shipping_amount' | 'base_shipping_incl_tax'>,
  { amount, within }: { amount: Decimal; within: Decimal },
): boolean {
  return [base_shipping_amount, base_shipping_incl_tax ?? base_shipping_amount]
    .map(decimalOf)
    .some((made) => magnitude(minus(made, amount)) <= within);
}

export interface NewCreditMemo {
  /** Order item ids: of a bundle with prices of its parts these, else the parents (FACTS section 13). Decimal text. */
  items: readonly { orderItemId: number; quantity: string }[];
  /** Of these the goods go back to stock: order item ids. */
  returnToStock: readonly number[];
  /** Decimal text in the base currency of the order, as are the others. Left out, Magento would pay back all of the shipping. */
  shipping: string;
  adjustmentRefund: string;
  adjustmentFee: string;
  /** The marker by which the credit memo is found again. Not shown to the customer. */
  comment: string;
  /** Sends the credit memo by e-mail. */
  notify: boolean;
}

/** Of an order: paid back outside of the shop. Of an invoice: its payment's gateway pays back. */
export type Refunded = { orderId: number } | { invoiceId: number };

export interface CreditMemos {
  /** Oldest first, with items and comments. */
  ofOrder(orderId: number): Promise<MagentoCreditMemo[]>;
  get(creditMemoId: number): Promise<MagentoCreditMemo | null>;
  /**
   * Creates a credit memo and returns its id. NOT idempotent, and money is on its way: look for the comment before, and
   * after an unknown outcome.
   */
  create(refunded: Refunded, creditMemo: NewCreditMemo): Promise<number>;
  /** Adds a comment that no customer sees. NOT idempotent: look for it before. */
  addComment(creditMemoId: number, comment: string): Promise<void>;
}

export function createCreditMemos(rest: Rest): CreditMemos {
  return {
    ofOrder: (orderId) => documentsOfOrder(rest, { kind: 'creditmemo', orderId, item: creditMemo }),

    get(creditMemoId) {
      const path = ['creditmemo', String(creditMemoId)];
      return nullIfAbsent(rest.call({ method: 'GET', path, shape: creditMemo, route: 'GET creditmemo/:id' }));
    },

    create(refunded, { items, returnToStock, comment, notify, ...amounts }) {
      const amount = (value: string) => jsonNumber(plainDecimal(value));
      const body = {
        items: documentItems('creditmemo', items),
        notify,
        appendComment: false,
        comment: { comment, is_visible_on_front: 0 },
        arguments: {
          shipping_amount: amount(amounts.shipping),
          adjustment_positive: amount(amounts.adjustmentRefund),
          adjustment_negative: amount(amounts.adjustmentFee),
          extension_attributes: { return_to_stock_items: returnToStock },
        },
      };
      const [path, route, how] =
        'orderId' in refunded
          ? [['order', String(refunded.orderId), 'refund'], 'POST order/:id/refund', {}]
          : [
              ['invoice', String(refunded.invoiceId), 'refund'],
              'POST invoice/:id/refund',
              { isOnline: true },
            ];
      return rest.call({ method: 'POST', path, body: { ...body, ...how }, shape: integer, route });
    },

    addComment: (creditMemoId, comment) =>
      addHiddenComment(rest, {
        id: creditMemoId,
        comment,
        path: ['creditmemo', String(creditMemoId), 'comments'],
        route: 'POST creditmemo/:id/comments',
      }),
  };
}

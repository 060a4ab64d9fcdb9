import { z } from 'zod';
import { instant, text, yesOrNo } from '../fields.ts';

const moneyRule = z.enum(['online', 'offline', 'none']);

export const fulfilmentsSection = z.strictObject({
  /** Documents dated before are never applied: deliveries of before must not be shipped again. */
  since: instant,
  /** ERP carrier code to Magento carrier code and the title customers see. A carrier that is not listed is held. */
  carriers: z.record(text, z.strictObject({ code: text, title: text })),
  /**
   * How long a shipment waits, from the publishing of its document on, until the stock that its goods issue has changed is
   * known to be in the shop. Then it goes all the same. 0: it never waits.
   */
  stockWaitMs: z.coerce.number().int().nonnegative().default(120_000),
  /** Whether Magento mails the customer about each shipment. Here as below, about none that is a week old as it comes. */
  notifyCustomer: yesOrNo.default(false),
  invoices: z
    .strictObject({
      /**
       * By Magento's code of the payment method. online: its gateway takes the money as the invoice is made; offline: the
       * order counts as paid, the ERP has the money; none: the shop makes these invoices by itself, the ERP's are passed over.
       */
      capture: z.record(text, moneyRule).default({}),
      /** For all other methods. */
      captureOtherwise: moneyRule.default('offline'),
      /** Whether Magento mails the customer about each invoice. */
      notifyCustomer: yesOrNo.default(false),
    })
    .prefault({}),
  creditMemos: z
    .strictObject({
      /**
       * By Magento's code of the payment method. online: its gateway pays back, by the invoice; offline: the ERP has paid
       * back, and the shop notes it; none: the shop pays back by itself, the ERP's credit memos are passed over.
       */
      refund: z.record(text, moneyRule).default({}),
      /** For all other methods. */
      refundOtherwise: moneyRule.default('offline'),
      /**
       * How the ERP tells the shipping that it pays back: paid, as the customer has paid it, less its discount; listed, before its
       * discount, of which the shop takes off the share.
       */
      shipping: z.enum(['paid', 'listed']).default('paid'),
      /** Whether Magento mails the customer about each credit memo. */
      notifyCustomer: yesOrNo.default(false),
    })
    .prefault({}),
  /** Whether the ERP's cancellations are brought to the shop. off: they are passed over. */
  cancellations: z.enum(['on', 'off']).default('on'),
  /** Documents of the kind comment. */
  comments: z
    .strictObject({
      /** Whether the customer sees them with the order. */
      visibleOnFront: yesOrNo.default(false),
      /** Whether Magento mails them to the customer. */
      notifyCustomer: yesOrNo.default(false),
    })
    .prefault({}),
});

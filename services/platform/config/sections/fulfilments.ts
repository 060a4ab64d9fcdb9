import { z } from 'zod';
import { instant, text, yesOrNo } from '../fields.ts';

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
  /** Whether Magento mails the customer about each shipment. */
  notifyCustomer: yesOrNo.default(false),
});

import { z } from 'zod';
import { instant, text, yesOrNo } from '../fields.ts';

export const fulfilmentsSection = z.strictObject({
  /** Documents dated before are never applied: deliveries of before must not be shipped again. */
  since: instant,
  /** ERP carrier code to Magento carrier code and the title customers see. A carrier that is not listed is held. */
  carriers: z.record(text, z.strictObject({ code: text, title: text })),
  /** Whether Magento mails the customer about each shipment. */
  notifyCustomer: yesOrNo.default(false),
});

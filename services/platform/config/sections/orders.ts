import { z } from 'zod';
import { count, instant, milliseconds, text, timeOfDay, yesOrNo } from '../fields.ts';

/** States of Magento in which an order can become due; a closed, canceled or held one never does (`due.ts`). */
const dueStates = ['new', 'pending_payment', 'payment_review', 'processing', 'complete'] as const;

const codes = z.record(text, z.unknown());

export const ordersSection = z.strictObject({
  /** Orders placed before are never exported: history must not reach the ERP by accident. */
  since: instant,
  sweep: z
    .strictObject({
      intervalMs: milliseconds(60_000),
      /** How far each sweep looks back behind its cursor: the longest transaction of the shop. */
      overlapMs: milliseconds(600_000),
      /** How far it stays behind the shop's clock. */
      marginMs: milliseconds(2_000),
      pageSize: count(100),
      /** When, every day, all orders of the last weeks are compared with what was published of them. */
      nightlyAt: timeOfDay.prefault('03:00'),
    })
    .prefault({}),
  /** Payment method code: from which order states on it is due in the ERP, and the ERP's codes for it. */
  payments: z.record(
    text,
    z.strictObject({
      dueFrom: z.array(z.enum(dueStates)).min(1),
      /** Due only when all of it is paid: an order is "processing" as soon as a payment was authorised. */
      paid: yesOrNo.default(false),
      codes: codes.default({}),
    }),
  ),
  /** Shipping method code to the ERP's codes. */
  shipping: z.record(text, codes),
  /** Store view code to the ERP's codes. A store that is not listed is held. */
  stores: z.record(text, codes),
  /** Code of a tax rate to the ERP's codes. Left out, the ERP is told the shop's own; else a rate that is not listed is held. */
  taxes: z.record(text, codes).optional(),
  /** Order status to the ERP's codes. Left out or held likewise. */
  statuses: z.record(text, codes).optional(),
  /** Whether an order in the shop is told its number in the ERP. */
  writeBack: z.enum(['off', 'comment']).default('off'),
});

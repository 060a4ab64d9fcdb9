import { z } from 'zod';
import { text } from '../fields.ts';

const codes = z.record(text, z.unknown());

export const customersSection = z
  .strictObject({
    /** Website code to the ERP's codes. Customers of a website that is not listed are held. */
    websites: z.record(text, codes).default({}),
    /** Customer group code to the ERP's codes. Customers of a group that is not listed are held. */
    groups: z.record(text, codes).default({}),
    /** Whose partner the order of a guest has: that of his e-mail, one of its own, or one for all by its code. */
    guests: z.union([z.enum(['email', 'order']), z.strictObject({ partner: text })]).default('email'),
    /** A nightly sweep (orders.sweep.nightlyAt) in which a larger share of the published customers is missing asks for none of those. */
    goneShareMax: z.coerce.number().min(0).max(1).default(0.02),
  })
  .prefault({});

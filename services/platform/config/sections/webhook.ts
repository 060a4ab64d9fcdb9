import { z } from 'zod';
import { count, milliseconds, text } from '../fields.ts';

/** Where the shop's deliveries are taken. A section of its own: whoever does not take them needs no secret. */
export const webhookSection = z.strictObject({
  /** Where deliveries are taken, apart from the operator's port: this one is for the shop. */
  host: text.default('0.0.0.0'),
  port: z.coerce.number().int().min(0).max(65_535).default(8090),
  /** Secrets of the Standard Webhooks scheme (`whsec_...`); two at once while rotating. */
  secrets: z
    // An empty one is a second secret that is not in use: '${NEXT_WEBHOOK_SECRET:-}'.
    .preprocess(
      (list) => (Array.isArray(list) ? list.filter((secret) => secret !== '') : list),
      z.array(text.regex(/^whsec_[A-Za-z0-9+/=]+$/, 'must look like whsec_ and base64')).min(1),
    ),
  toleranceMs: milliseconds(300_000),
  maxBodyBytes: count(1024 * 1024),
  /** Deliveries answered per second and process; more get 429. */
  maxPerSecond: count(5_000),
});

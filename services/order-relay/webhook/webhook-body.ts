import { z } from 'zod';

const id = z.union([z.int().positive(), z.string().regex(/^\d{1,15}$/)]).transform(Number);
const name = z.string().min(1).max(255);

const data = z
  .object({
    entity_id: id.optional(),
    increment_id: name.optional(),
    store_id: id.optional(),
    store_code: name.optional(),
    /** UTC, as Magento writes it. */
    updated_at: z
      .string()
      .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, 'must be a UTC time such as 2026-11-23 08:07:07')
      .optional(),
  })
  .refine(
    ({ entity_id, increment_id, store_id, store_code }) =>
      entity_id !== undefined ||
      (increment_id !== undefined && (store_id !== undefined || store_code !== undefined)),
    'must name the order: entity_id, or increment_id with store_id or store_code',
  );

/** Only orders are taken here; what else a shop tells of is not for this address. */
const body = z.object({
  type: z
    .string()
    .regex(/^(sales_)?orders?([._-]|$)/, 'must be a type of order event, such as order.updated'),
  data,
});

export type WebhookData = z.output<typeof data>;

/** What a delivery says, or what is wrong with it in words; never its values, which may be personal data. */
export function parseBody(raw: Buffer): WebhookData | string {
  let json: unknown;
  try {
    json = JSON.parse(raw.toString('utf8'));
  } catch {
    return 'the body is no JSON';
  }
  const parsed = body.safeParse(json);
  if (parsed.success) return parsed.data.data;
  return parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ');
}

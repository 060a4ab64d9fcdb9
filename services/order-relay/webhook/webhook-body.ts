import { z } from 'zod';

const id = z.union([z.int().positive(), z.string().regex(/^\d{1,15}$/)]).transform(Number);
const name = z.string().min(1).max(255);
/** UTC, as Magento writes it. */
const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, 'must be a UTC time such as 2026-11-23 08:07:07');

/** PHP writes null for what is not there. */
function perhaps<Shape extends z.ZodType>(shape: Shape) {
  return shape.nullish().transform((value) => value ?? undefined);
}

/** What a delivery says of the order. */
export interface OrderNamed {
  entity_id?: number | undefined;
  increment_id?: string | undefined;
  store_id?: number | undefined;
  store_code?: string | undefined;
  updated_at?: string | undefined;
}

/** An order as senders name it; or a shipment, invoice or credit memo of it, which names it by `order_id`. */
export const orderNamed = z
  .object({
    entity_id: perhaps(id),
    order_id: perhaps(id),
    increment_id: perhaps(name),
    store_id: perhaps(id),
    store_code: perhaps(name),
    updated_at: perhaps(time),
  })
  .refine(
    ({ entity_id, order_id, increment_id, store_id, store_code }) =>
      entity_id !== undefined ||
      order_id !== undefined ||
      (increment_id !== undefined && (store_id !== undefined || store_code !== undefined)),
    'must name the order: entity_id, or increment_id with store_id or store_code',
  )
  // All else of a shipment is its own: number, time and id.
  .transform(({ order_id, ...named }): OrderNamed =>
    order_id === undefined ? named : { entity_id: order_id },
  );

/** What a delivery says, or what is wrong with it in words; never its values, which may be personal data. */
export function parseBody(raw: Buffer, shape: z.ZodType<OrderNamed>): OrderNamed | string {
  let json: unknown;
  try {
    json = JSON.parse(raw.toString('utf8'));
  } catch {
    return 'the body is no JSON';
  }
  const parsed = shape.safeParse(json);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ');
}

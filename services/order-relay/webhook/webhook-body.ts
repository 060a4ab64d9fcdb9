import { z } from 'zod';

const id = z.union([z.int().positive(), z.string().regex(/^\d{1,15}$/)]).transform(Number);
const name = z.string().min(1).max(255);
/** UTC, as Magento writes it. */
const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, 'must be a UTC time such as 2026-11-23 08:07:07');

/** What a delivery says of the order. PHP writes null for what is not there. */
export interface OrderNamed {
  entity_id?: number | null | undefined;
  increment_id?: string | null | undefined;
  store_id?: number | null | undefined;
  store_code?: string | null | undefined;
  updated_at?: string | null | undefined;
}

/** What a delivery says of the customer. Not which state it saw: an edited address moves no time of the customer's. */
export interface CustomerNamed {
  customer_id: number;
  website_id?: number | null | undefined;
  website_code?: string | null | undefined;
}

export type Named = OrderNamed | CustomerNamed;

export function isCustomer(named: Named): named is CustomerNamed {
  return 'customer_id' in named;
}

/** A customer as senders name it; or an address of it, which names it by `customer_id`. */
export const customerNamed = z
  .object({
    customer_id: id.nullish(),
    entity_id: id.nullish(),
    id: id.nullish(),
    website_id: id.nullish(),
    website_code: name.nullish(),
  })
  .transform(({ customer_id, entity_id, id: own, ...website }, context): CustomerNamed => {
    const named = customer_id ?? entity_id ?? own;
    if (named != null) return { customer_id: named, ...website };
    context.addIssue({ code: 'custom', message: 'must name the customer: customer_id' });
    return z.NEVER;
  });

/** A part of a body by the shape that another part tells; what is wrong is told of that part. */
export function partOf<Part extends Named>(
  shape: z.ZodType<Part>,
  value: unknown,
  { context, at }: { context: z.RefinementCtx; at: string[] },
): Part {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues)
    context.addIssue({ code: 'custom', message, path: [...at, ...path] });
  return z.NEVER;
}

/** An order as senders name it; or a shipment, invoice or credit memo of it, which names it by `order_id`. */
export const orderNamed = z
  .object({
    entity_id: id.nullish(),
    order_id: id.nullish(),
    increment_id: name.nullish(),
    store_id: id.nullish(),
    store_code: name.nullish(),
    updated_at: time.nullish(),
  })
  .refine(
    ({ entity_id, order_id, increment_id, store_id, store_code }) =>
      (entity_id ?? order_id ?? null) !== null ||
      (increment_id != null && (store_id ?? store_code ?? null) !== null),
    'must name the order: entity_id, or increment_id with store_id or store_code',
  )
  // All else of a shipment is its own: number, time and id.
  .transform(({ order_id, ...named }): OrderNamed => (order_id == null ? named : { entity_id: order_id }));

/** What a delivery says, or what is wrong with it in words; never its values, which may be personal data. */
export function parseBody(raw: Buffer, shape: z.ZodType<Named>): Named | string {
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

/** What documents of an order (shipments, invoices, credit memos) have in common on their way to the shop and back. */
import { z } from 'zod';
import { jsonNumber, plainDecimal } from './rest/json.ts';
import { allReadable, searchAll } from './rest/list.ts';
import type { Rest } from './rest/rest.ts';

export type DocumentKind = 'shipment' | 'invoice' | 'creditmemo';

/** All of an order, oldest first; the one that cannot be read may be the one that is looked for, so none may be missing. */
export async function documentsOfOrder<Item extends z.ZodType>(
  rest: Rest,
  { kind, orderId, item }: { kind: DocumentKind; orderId: number; item: Item },
): Promise<z.infer<Item>[]> {
  const search = {
    groups: [[{ field: 'order_id', value: String(orderId) }]],
    sort: [{ field: 'entity_id', direction: 'ASC' as const }],
    pageSize: 50,
  };
  const found = await searchAll(rest, { path: [`${kind}s`], search, item, id: 'entity_id' });
  return allReadable(found, `the ${kind}`);
}

/**
 * Items of a new document. An empty list means all that is left, so it must never leave this process. Nothing of an item
 * can be paid back, which makes a credit memo of amounts alone (FACTS section 5); nothing can be shipped or invoiced.
 */
export function documentItems(
  kind: DocumentKind,
  items: readonly { orderItemId: number; quantity: string }[],
): unknown[] {
  if (items.length === 0)
    throw new RangeError(`a new ${kind} without items would be of the whole rest of the order`);
  return items.map(({ orderItemId, quantity }) => {
    const plain = plainDecimal(quantity);
    if ((plain === '0' && kind !== 'creditmemo') || plain.startsWith('-'))
      throw new RangeError(`a new ${kind} cannot be of ${quantity} of an item`);
    return { order_item_id: orderItemId, qty: jsonNumber(plain) };
  });
}

/** Adds a comment that no customer sees, and nobody is told of. NOT idempotent. @param route as its calls are counted */
export async function addHiddenComment(
  rest: Rest,
  { id, comment, path, route }: { id: number; comment: string; path: readonly string[]; route: string },
): Promise<void> {
  const entity = { parent_id: id, comment, is_customer_notified: 0, is_visible_on_front: 0 };
  await rest.call({ method: 'POST', path, body: { entity }, shape: z.unknown(), route });
}

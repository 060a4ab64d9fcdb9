import { Rejected } from '../../platform/errors.ts';
import { MarkerShop } from './marker-shop.ts';
import type { Made } from './records.ts';
import type { MarkerTools } from './tools.ts';

/**
 * What is made is removed afterwards, so that it must be nobody else's; what is named must be there.
 * @param given see `sendMarker`. @throws Rejected, Unavailable
 */
export async function refuse(tools: MarkerTools, given: string | null): Promise<void> {
  const { erp, marker, instance, records } = tools;
  const shop = new MarkerShop(tools.shop, instance, marker, given ?? marker.sku);
  if (given === null && erp.steps('product', 'make') === 0) throw noneIsMade();
  const runs = await records.all();
  const open = runs.find(({ over }) => !over);
  if (open !== undefined) throw unfinished(open);
  const isThere = await shop.has();
  if (given !== null) {
    if (!isThere) throw unknownSku(given);
    return;
  }
  const wasMade = runs.some(({ product, sku }) => product && sku === marker.sku);
  // One that an earlier run has made stays in the shop off sale, until somebody deletes it.
  if (isThere && (!wasMade || (await shop.isForSale()))) throw isSomebodys(marker.sku);
}

function noneIsMade(): Rejected {
  return new Rejected({
    code: 'marker.product',
    what: 'marker.product.make is not configured: no product is made for the marker order',
    fix: 'Name one of the shop: --sku SKU; or configure how one is made in the ERP',
  });
}

function unfinished({ sku, order }: Made): Rejected {
  return new Rejected({
    code: 'marker.unfinished',
    what: `A run with ${sku}${order === null ? '' : ` and an order (${order})`} is on record that has not cleaned up behind it`,
    why: 'it is under way, was killed, or could not',
    fix: 'Once it is not under way: cartage marker-order --clean-up',
  });
}

function unknownSku(sku: string): Rejected {
  return new Rejected({
    code: 'marker.unknown_sku',
    what: `The shop has no product ${sku}`,
    fix: 'Name one that it has: --sku SKU',
  });
}

function isSomebodys(sku: string): Rejected {
  return new Rejected({
    code: 'marker.sku',
    what: `The shop has a product ${sku} already`,
    why: 'it would be removed afterwards, and is not on record as made by a marker order and taken off sale again',
    fix: 'Name a SKU in marker.sku that nobody has; or order this one as it is: --sku SKU',
  });
}

/** Undoes what is on record of a run of the marker order, and nothing else, whatever has happened before. */
import { Rejected } from '../../platform/errors.ts';
import type { Made } from './records.ts';
import { MarkerShop } from './marker-shop.ts';
import type { MarkerTools } from './tools.ts';
import type { Steps } from './steps.ts';

export async function cleanUp(tools: MarkerTools, steps: Steps, made: Made): Promise<void> {
  if (!made.product && made.order === null) return;
  const shop = new MarkerShop(tools.shop, tools.instance, tools.marker, made.sku);
  const own = { tools, steps, made, shop };
  const isUndone = [await cancelOrder(own), await removeParcel(own), await removeProduct(own)];
  if (isUndone.includes(false)) return;
  await steps.once(
    'its end on record',
    async () => {
      await tools.records.note({ ...made, over: true }, 'marker order, cleaned up');
      return { value: true, detail: 'cartage audit' };
    },
    true,
  );
}

interface Own {
  tools: MarkerTools;
  steps: Steps;
  made: Made;
  shop: MarkerShop;
}

/** @returns false where a later try may do it */
async function cancelOrder({ tools, steps, made, shop }: Own): Promise<boolean> {
  const name = 'order canceled in the shop';
  if (made.order === null) {
    steps.skip(name, 'none was placed');
    return true;
  }
  if (made.order === 'perhaps') {
    await steps.once(name, () => Promise.reject(perhapsThere(tools.marker.email)), true);
    return true;
  }
  const entityId = Number(made.order);
  const canceled = await steps.until(name, () => canceledOrShipped(shop, entityId, made.number), {
    detail: `Order ${entityId} is not canceled`,
    fix: 'Cancel it in the admin',
    always: true,
  });
  return canceled !== null;
}

/** What the shop cannot forget is said. @throws Rejected where it is neither: it would be sent to somebody */
async function canceledOrShipped(shop: MarkerShop, entityId: number, number: string | null) {
  const stays = `${number ?? `id ${entityId}`} stays there`;
  if (await shop.cancel(entityId))
    return { value: true, detail: `${stays} as canceled: REST deletes no order` };
  if ((await shop.shipments(entityId)).length > 0)
    return {
      value: true,
      detail: `${stays} as it is: what was shipped is not canceled, and REST deletes no order`,
    };
  throw new Rejected({
    code: 'marker.not_canceled',
    what: `The shop does not cancel order ${number ?? `of id ${entityId}`}, and has no shipment of it`,
    why: 'it may be on hold, invoiced, or held back by an extension',
    fix: 'Cancel it in the admin, then run cartage marker-order --clean-up',
  });
}

async function removeParcel({ tools, steps, made }: Own): Promise<boolean> {
  if (!made.parcel || tools.erp.steps('parcel', 'remove') === 0) return true;
  return removed({ tools, steps, made }, 'parcel removed in the ERP', 'parcel');
}

async function removeProduct({ tools, steps, made, shop }: Own): Promise<boolean> {
  if (!made.product) return true;
  const name = 'product removed in the ERP';
  if (tools.erp.steps('product', 'remove') === 0) {
    steps.skip(name, `marker.product.remove is not configured: ${made.sku} stays for sale`);
    return true;
  }
  if (!(await removed({ tools, steps, made }, name, 'product'))) return false;
  const isOff = await steps.until(
    'product off sale in the shop',
    async () =>
      (await shop.isForSale())
        ? null
        : { value: true, detail: 'disabled or gone; delete what is left in the admin' },
    { detail: `${made.sku} is for sale still`, fix: `See cartage explain sku ${made.sku}`, always: true },
  );
  return isOff !== null;
}

/** Again where that was not answered. */
async function removed(
  { tools, steps, made }: Omit<Own, 'shop'>,
  name: string,
  part: 'product' | 'parcel',
): Promise<boolean> {
  const { sku, key, id, reference } = made;
  const work = async () => {
    await tools.erp.run(part, 'remove', { sku, key, id, reference });
    return { value: true, detail: `marker.${part}.remove` };
  };
  const missing = { detail: 'Not removed', fix: 'Run cartage marker-order --clean-up', always: true };
  return (await steps.until(name, work, missing)) !== null;
}

function perhapsThere(email: string): Rejected {
  return new Rejected({
    code: 'marker.perhaps_placed',
    what: 'An order may have been placed of which nothing is known',
    why: 'the shop was asked for it, and its answer was not seen',
    fix: `Look for an order of ${email} in the admin, and cancel it there`,
  });
}

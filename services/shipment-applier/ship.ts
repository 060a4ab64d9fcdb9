import type { Fulfilment } from '../../schemas/types.ts';
import type { Magento } from '../magento/magento.ts';
import { markerOf } from '../magento/marker.ts';
import type { OrderInBrief } from '../magento/order-shape.ts';
import type { NewShipment } from '../magento/shipments.ts';
import type { Config } from '../platform/config/schema.ts';
import { Held, Unavailable } from '../platform/errors.ts';
import { LeaseLost } from '../platform/fence.ts';
import type { Attempt, Handled } from '../platform/flow/outcome/outcome.ts';
import type { RequestRefresh } from '../platform/flow/request-refresh.ts';
import { askForStock, goodsOf } from './goods.ts';
import { leftItems, shipping } from './lines.ts';
import type { OrderedItem } from './lines.ts';
import { assertOpen } from './order-state.ts';
import type { Room } from './room.ts';
import { heldAt } from './source-top-up.ts';
import type { Issued, StockWait } from './stock-wait.ts';
import { tracksOf } from './tracks.ts';
import { verifyShipment } from './verify.ts';
import type { Asked } from './wanted.ts';

export interface ShipOptions {
  magento: Pick<Magento, 'products' | 'shipments' | 'sourceItems'>;
  instance: string;
  fulfilments: Config['fulfilments'];
  stock: Pick<Config['stock'], 'sources'>;
  /** What the shop has not answered may be carried out within this time. */
  settleMs: number;
  requestRefresh: RequestRefresh;
  /** Null where stock is not brought to the shop, and there is nothing to wait for. */
  stockWait: Pick<StockWait, 'ahead' | 'settle'> | null;
  room: Room;
}

/** How long a document is tried before it is given up, at most, while the shop is well otherwise. */
const triesTakeMs = 60_000;
/** Creates the shipment, which is not there yet, when the stock of its goods issue is, and asks for that stock again. */
export async function ship(
  issued: Issued,
  order: OrderInBrief,
  asked: Asked,
  attempt: Attempt,
  options: ShipOptions,
): Promise<Handled> {
  const { magento, requestRefresh } = options;
  const { document } = issued;
  if (asked.wanted.length === 0)
    return { status: 'unchanged', cause: 'it is of virtual goods, of which nothing is shipped' };
  const sourceCode = sourceOf(document, options);
  const tracks = tracksOf(document, options.fulfilments.carriers);
  if (attempt.mode === 'dry') {
    const items = shippable(document, order, asked).map(({ quantity, sku }) => `${quantity} ${sku}`);
    return { status: 'dry', cause: `would ship ${items.join(', ')} from ${sourceCode}` };
  }
  const shipped = await create(issued, order, { asked, sourceCode, tracks }, attempt, options).catch(
    async (error: unknown) => {
      await lowerAgain(error, document, asked, options);
      throw error;
    },
  );
  await askForStock(document, shipped.goods, requestRefresh, 'shipped');
  const created = await magento.shipments.get(shipped.id);
  if (created) verifyShipment(created, document, asked.units, sourceCode);
  return {
    status: 'applied',
    targetId: created?.increment_id ?? String(shipped.id),
    cause: `shipped from ${sourceCode}${shipped.unsettled === null ? '' : `; ${shipped.unsettled}`}`,
  };
}

async function create(
  issued: Issued,
  order: OrderInBrief,
  parts: { asked: Asked } & Pick<NewShipment, 'sourceCode' | 'tracks'>,
  attempt: Attempt,
  { magento, instance, fulfilments, stockWait, room }: ShipOptions,
): Promise<{ id: number; goods: Iterable<string>; unsettled: string | null }> {
  const { document } = issued;
  const { asked, sourceCode, tracks } = parts;
  const items = shippable(document, order, asked);
  const goods = goodsOf(items, asked.units.pieces);
  const unsettled = (await stockWait?.settle(issued, goods.keys(), attempt)) ?? null;
  const comment = markerOf(instance, 'document', document.documentId);
  const shipment = { items, tracks, comment, sourceCode, notify: fulfilments.notifyCustomer };
  const id = await room.ship({
    sourceCode,
    goods,
    held: () => heldAt(magento.sourceItems, sourceCode, goods.keys()),
    raise: (rows) => {
      attempt.assertCurrent();
      return magento.sourceItems.write(rows);
    },
    send: () => {
      attempt.assertCurrent();
      return magento.shipments.create(order.entity_id, shipment);
    },
  });
  return { id, goods: goods.keys(), unsettled };
}

/**
 * What was raised for a shipment, by this try or one before, must not stay when it is refused or given up: nobody comes back
 * to it. A try that failed is made again soon, and would find the source lowered in the middle of it, each time: its stock
 * is asked for when that has ended, whatever came of it.
 */
async function lowerAgain(
  error: unknown,
  document: Fulfilment,
  { wanted, units }: Asked,
  { requestRefresh, settleMs }: ShipOptions,
): Promise<void> {
  if (error instanceof LeaseLost || (error instanceof Unavailable && error.notYet)) return;
  const goods = wanted.flatMap(({ item }) => (units.pieces.get(item.item_id) ?? []).map(({ sku }) => sku));
  const inMs = error instanceof Unavailable ? settleMs + triesTakeMs : undefined;
  await askForStock(document, goods, requestRefresh, 'not shipped', inMs);
}

export function sourceOf(document: Fulfilment, options: Pick<ShipOptions, 'stock'>): string {
  const sourceCode = document.source === null ? undefined : options.stock.sources[document.source];
  if (sourceCode !== undefined) return sourceCode;
  throw new Held({
    code: 'shipment.source_unmapped',
    what: `Document ${document.documentId}: the ERP warehouse ${document.source ?? '(none)'} has no Magento source`,
    fix: 'Add it under stock.sources in the configuration; the document is released by that',
    ...(document.source === null ? {} : { waitsFor: `configuration/stock/sources/${document.source}` }),
  });
}

/** @throws Held while the order is not to be shipped, Rejected when too little of it is left. */
function shippable(document: Fulfilment, order: OrderInBrief, { wanted }: Asked): OrderedItem[] {
  assertOpen(document, order);
  return leftItems(wanted, document, shipping);
}

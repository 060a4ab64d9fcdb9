import type { Fulfilment } from '../../schemas/types.ts';
import type { Magento } from '../magento/magento.ts';
import { markerOf } from '../magento/marker.ts';
import type { OrderInBrief } from '../magento/order-shape.ts';
import type { MagentoShipment } from '../magento/shipments.ts';
import type { Clock } from '../platform/clock.ts';
import type { Attempt, Handled } from '../platform/flow/outcome/outcome.ts';
import { applyCancellation } from './cancellation.ts';
import { applyComment } from './comment.ts';
import { applyCreditMemo } from './credit-memo.ts';
import { findOrder } from './find-order.ts';
import { askForStock, goodsOf } from './goods.ts';
import { findMarked } from './marker.ts';
import { applyInvoice } from './invoice.ts';
import { shipping } from './lines.ts';
import { inItsPlace } from './in-its-place.ts';
import type { LookedUp } from './looked-up.ts';
import { madeByHand } from './made-by-hand.ts';
import { withMailsFor } from './mails.ts';
import { tellNumber } from './order-number.ts';
import { ship, sourceOf } from './ship.ts';
import type { ShipOptions } from './ship.ts';
import { nameOf } from './stock-wait.ts';
import type { Issued } from './stock-wait.ts';
import type { StoreIds } from './store-ids.ts';
import { missingTracks, stampOf, takenTracks, tracksOf } from './tracks.ts';
import { unitsOf } from './units.ts';
import type { OrderUnits } from './units.ts';
import { verifyShipment } from './verify.ts';
import { wantedItems } from './wanted.ts';
import type { Asked } from './wanted.ts';
import { applyWithdrawn } from './withdrawn.ts';

/** What the shop has of an order of which something is shipped. */
export type LookUp = Awaited<ReturnType<typeof lookUp>>;

export interface FulfilmentOptions extends ShipOptions {
  clock: Pick<Clock, 'now'>;
  lookedUp: LookedUp<LookUp>;
  magento: ShipOptions['magento'] & Pick<Magento, 'orders' | 'orderComments' | 'invoices' | 'creditMemos'>;
  storeIds: Pick<StoreIds, 'of'>;
}

const kinds: ReadonlySet<string> = new Set([
  'shipment',
  'invoice',
  'creditmemo',
  'cancellation',
  'comment',
  'order',
]);

/** Brings one ERP document to its order, or says why there is nothing to bring. */
export function applyFulfilment(
  issued: Issued,
  attempt: Attempt,
  options: FulfilmentOptions,
): Promise<Handled> {
  const passed = passedOver(issued.document, options);
  if (passed !== null) return Promise.resolve({ status: 'unchanged', cause: passed });
  return applyKind(issued, attempt, withMailsFor(issued.document, options)).catch((error: unknown) =>
    inItsPlace(error, issued, attempt, options.clock),
  );
}

function applyKind(issued: Issued, attempt: Attempt, options: FulfilmentOptions): Promise<Handled> {
  const { document } = issued;
  if (document.kind === 'order') return tellNumber(document, attempt, options);
  if (document.withdrawn) return applyWithdrawn(document, options);
  if (document.kind === 'invoice') return applyInvoice(document, attempt, options);
  if (document.kind === 'creditmemo') return applyCreditMemo(document, attempt, options);
  if (document.kind === 'cancellation') return applyCancellation(document, attempt, options);
  if (document.kind === 'comment') return applyComment(document, attempt, options);
  return applyShipment(issued, attempt, options);
}

/**
 * Looks whether the shipment is there, creates it if not, adds tracks that came
 * late. As soon as there is a shipment the stock of what was shipped is asked for again, in every case and before
 * anything else can fail: Magento deducts by itself, and whoever created the shipment may have died before asking.
 */
async function applyShipment(issued: Issued, attempt: Attempt, options: FulfilmentOptions): Promise<Handled> {
  const { document } = issued;
  const { order, units, made } = await lookedUp(issued, attempt, options);
  const parcel = { document, order, units };
  const found = findMarked(made, markerOf(options.instance, 'document', document.documentId));
  if (found) return follow(parcel, found, attempt, options);
  const asked = { wanted: wantedItems(document, units, shipping), units };
  const byHand = sameByHand(document, asked, made, options);
  if (byHand) return adopt(parcel, byHand, attempt, options);
  return ship(issued, order, asked, attempt, options);
}

interface Parcel {
  document: Fulfilment;
  order: OrderInBrief;
  units: OrderUnits;
}

/** It is there: its stock, and the tracks that it lacks. */
async function follow(
  parcel: Parcel,
  found: MagentoShipment,
  attempt: Attempt,
  options: FulfilmentOptions,
): Promise<Handled> {
  const { document, units } = parcel;
  if (attempt.mode === 'on') {
    const items = found.items.map(({ order_item_id, qty }) => ({
      orderItemId: order_item_id,
      quantity: qty,
    }));
    const goods = goodsOf(items, units.pieces);
    await askForStock(document, goods.keys(), options.requestRefresh, 'shipped');
  }
  return addTracks(parcel, found, attempt, options);
}

/** While the stock of its goods issue is waited for the shop is asked what it has, and the slot is left to others. */
async function lookedUp(issued: Issued, attempt: Attempt, options: FulfilmentOptions): Promise<LookUp> {
  const { document } = issued;
  const name = nameOf(document);
  const look = options.lookedUp.of(name, attempt, () => lookUp(document, options));
  if (attempt.mode === 'on')
    await options.stockWait?.ahead(issued, attempt).catch((error: unknown) => {
      options.lookedUp.keep(name, look);
      throw error;
    });
  return look.found;
}

async function lookUp(document: Fulfilment, options: FulfilmentOptions) {
  const order = await findOrder(document, options);
  const { magento } = options;
  const [made, units] = await Promise.all([
    magento.shipments.ofOrder(order.entity_id),
    unitsOf(order, shipping, magento.products),
  ]);
  return { order, units, made };
}

/** A parcel that a person has brought into the shop: of the same items, from the same source, under no other number. */
function sameByHand(
  document: Fulfilment,
  { wanted, units }: Asked,
  made: readonly MagentoShipment[],
  options: FulfilmentOptions,
): MagentoShipment | undefined {
  if (wanted.length === 0) return undefined;
  const { instance, stock } = options;
  const numbers = new Set(document.packages.map(({ trackingNumber }) => trackingNumber));
  return madeByHand(made, wanted, { units, instance }).find(
    ({ tracks, extension_attributes: { source_code } }) =>
      source_code === stock.sources[document.source ?? ''] &&
      (numbers.size === 0 ||
        tracks.length === 0 ||
        tracks.some(({ track_number }) => numbers.has(track_number))),
  );
}

async function adopt(
  parcel: Parcel,
  shipment: MagentoShipment,
  attempt: Attempt,
  options: FulfilmentOptions,
): Promise<Handled> {
  const cause = 'a shipment of the same items, which was made in the shop';
  if (attempt.mode === 'dry')
    return { status: 'dry', targetId: shipment.increment_id, cause: `would take over ${cause}` };
  attempt.assertCurrent();
  const marker = markerOf(options.instance, 'document', parcel.document.documentId);
  await options.magento.shipments.addComment(shipment.entity_id, marker);
  const followed = await follow(parcel, shipment, attempt, options);
  return { ...followed, status: 'applied', cause: `took over ${cause}; ${followed.cause}` };
}

/** Why a document is none of ours, or nothing to do; null when it is. */
function passedOver(document: Fulfilment, options: FulfilmentOptions): string | null {
  const { kind, instance, documentDate } = document;
  if (!kinds.has(kind)) return `a document of the kind ${kind}`;
  if (instance !== options.instance) return `an order of the instance ${instance}`;
  // Which orders are told of at all, the export has decided.
  if (kind !== 'order' && documentDate < options.fulfilments.since) return 'dated before fulfilments.since';
  return null;
}

async function addTracks(
  { document, order, units }: Parcel,
  shipment: MagentoShipment,
  attempt: Attempt,
  options: FulfilmentOptions,
): Promise<Handled> {
  const marker = markerOf(options.instance, 'document', document.documentId);
  const missing = missingTracks(tracksOf(document, options.fulfilments.carriers), shipment);
  const taken = takenTracks(document, shipment, marker);
  const targetId = shipment.increment_id;
  const added = missing.map(({ number }) => number).join(', ');
  const removed = taken.map(({ track_number }) => track_number).join(', ');
  const told = (add: string, remove: string) =>
    [added && `${add} the tracking numbers ${added}`, removed && `${remove} the tracking numbers ${removed}`]
      .filter(Boolean)
      .join(' and ');
  const isDone = missing.length + taken.length === 0;
  if (attempt.mode === 'dry' && !isDone)
    return { status: 'dry', targetId, cause: `would ${told('add', 'remove')}` };
  for (const track of missing) {
    attempt.assertCurrent();
    const description = stampOf(marker, document.version);
    await options.magento.shipments.addTrack(order.entity_id, shipment.entity_id, { ...track, description });
  }
  for (const { entity_id } of taken) {
    attempt.assertCurrent();
    await options.magento.shipments.removeTrack(entity_id);
  }
  // Of a parcel that differs the customer is told the number all the same.
  verifyShipment(shipment, document, units, sourceOf(document, options));
  if (isDone) return { status: 'unchanged', targetId, cause: 'the shipment is there' };
  return { status: 'applied', targetId, cause: told('added', 'removed') };
}

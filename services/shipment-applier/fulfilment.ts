import { orderKey, stockKey } from '../../schemas/keys.ts';
import { stock } from '../../schemas/topics.ts';
import type { Fulfilment } from '../../schemas/types.ts';
import type { Magento } from '../magento/magento.ts';
import { markerOf } from '../magento/marker.ts';
import type { MagentoOrder } from '../magento/order-shape.ts';
import type { MagentoShipment } from '../magento/shipments.ts';
import type { Config } from '../platform/config/schema.ts';
import { Held, Rejected } from '../platform/errors.ts';
import type { Attempt, Handled } from '../platform/flow/outcome/outcome.ts';
import type { RequestRefresh } from '../platform/flow/request-refresh.ts';
import { shippedItems } from './lines.ts';
import { findOrder } from './find-order.ts';
import { findMarked } from './marker.ts';
import { tellNumber } from './order-number.ts';
import { topUpSource } from './source-top-up.ts';
import type { StoreIds } from './store-ids.ts';
import { missingTracks, tracksOf } from './tracks.ts';
import { verifyShipment } from './verify.ts';

export interface FulfilmentOptions {
  magento: Pick<Magento, 'orders' | 'orderComments' | 'shipments' | 'sourceItems'>;
  instance: string;
  fulfilments: Config['fulfilments'];
  stock: Pick<Config['stock'], 'sources'>;
  storeIds: Pick<StoreIds, 'of'>;
  requestRefresh: RequestRefresh;
}

/** States in which Magento lets an order be shipped. */
const shippableStates = new Set(['new', 'processing', 'complete']);

export function isShippable({ state }: Pick<MagentoOrder, 'state'>): boolean {
  return shippableStates.has(state);
}

/**
 * Brings one ERP document to its order: looks whether the shipment is there, creates it if not, adds tracks that came
 * late. As soon as there is a shipment the stock of what was shipped is asked for again, in every case and before
 * anything else can fail: Magento deducts by itself, and whoever created the shipment may have died before asking.
 */
export async function applyFulfilment(
  document: Fulfilment,
  attempt: Attempt,
  options: FulfilmentOptions,
): Promise<Handled> {
  const passed = passedOver(document, options);
  if (passed !== null) return { status: 'unchanged', cause: passed };
  if (document.kind === 'order') return tellNumber(document, attempt, options);
  const order = await findOrder(document, options);
  const marker = markerOf(options.instance, 'document', document.documentId);
  const found = findMarked(await options.magento.shipments.ofOrder(order.entity_id), marker);
  if (!found) return ship(document, order, marker, attempt, options);
  if (attempt.mode === 'on') await askForStock(document, options);
  return addTracks(document, order, found, attempt, options);
}

/** Why a document is none of ours, or nothing to do; null when it is. */
function passedOver(document: Fulfilment, options: FulfilmentOptions): string | null {
  const { kind, instance, documentDate } = document;
  if (kind !== 'shipment' && kind !== 'order') return `a document of the kind ${kind}`;
  if (instance !== options.instance) return `an order of the instance ${instance}`;
  // Which orders are told of at all, the export has decided.
  if (kind === 'shipment' && documentDate < options.fulfilments.since)
    return 'dated before fulfilments.since';
  return null;
}

async function ship(
  document: Fulfilment,
  order: MagentoOrder,
  marker: string,
  attempt: Attempt,
  options: FulfilmentOptions,
): Promise<Handled> {
  const { magento, fulfilments } = options;
  const sourceCode = sourceOf(document, options);
  const tracks = tracksOf(document, fulfilments.carriers);
  refuseState(document, order);
  const items = shippedItems(document, order);
  if (attempt.mode === 'dry')
    return {
      status: 'dry',
      cause: `would ship ${items.map(({ quantity, sku }) => `${quantity} ${sku}`).join(', ')} from ${sourceCode}`,
    };
  const raised = await topUpSource(magento.sourceItems, sourceCode, items);
  if (raised.length > 0) {
    attempt.assertCurrent();
    await magento.sourceItems.write(raised);
  }
  attempt.assertCurrent();
  const shipment = { items, tracks, comment: marker, sourceCode, notify: fulfilments.notifyCustomer };
  const id = await magento.shipments.create(order.entity_id, shipment).catch(async (error: unknown) => {
    // Nobody will come back to a refused shipment, so what was raised for it must not stay.
    if (error instanceof Rejected && raised.length > 0) await askForStock(document, options);
    throw error;
  });
  await askForStock(document, options);
  const created = await magento.shipments.get(id);
  if (created) verifyShipment(created, document, sourceCode);
  return {
    status: 'applied',
    targetId: created?.increment_id ?? String(id),
    cause: `shipped from ${sourceCode}`,
  };
}

async function addTracks(
  document: Fulfilment,
  order: MagentoOrder,
  shipment: MagentoShipment,
  attempt: Attempt,
  options: FulfilmentOptions,
): Promise<Handled> {
  verifyShipment(shipment, document, sourceOf(document, options));
  const missing = missingTracks(tracksOf(document, options.fulfilments.carriers), shipment);
  const targetId = shipment.increment_id;
  if (missing.length === 0) return { status: 'unchanged', targetId, cause: 'the shipment is there' };
  const numbers = missing.map(({ number }) => number).join(', ');
  if (attempt.mode === 'dry')
    return { status: 'dry', targetId, cause: `would add the tracking numbers ${numbers}` };
  for (const track of missing) {
    attempt.assertCurrent();
    await options.magento.shipments.addTrack(order.entity_id, shipment.entity_id, track);
  }
  return { status: 'applied', targetId, cause: `added the tracking numbers ${numbers}` };
}

function sourceOf(document: Fulfilment, options: FulfilmentOptions): string {
  const sourceCode = document.source === null ? undefined : options.stock.sources[document.source];
  if (sourceCode !== undefined) return sourceCode;
  throw new Held({
    code: 'shipment.source_unmapped',
    what: `Document ${document.documentId}: the ERP warehouse ${document.source ?? '(none)'} has no Magento source`,
    fix: 'Add it under stock.sources in the configuration; the document is released by that',
    ...(document.source === null ? {} : { waitsFor: `configuration/stock/sources/${document.source}` }),
  });
}

function refuseState(document: Fulfilment, order: MagentoOrder): void {
  if (isShippable(order)) return;
  throw new Held({
    code: 'shipment.order_state',
    what: `Document ${document.documentId}: the order ${document.incrementId} is ${order.state}`,
    fix: 'Release the order in the shop; the document is released by that, within minutes. Or stop the delivery in the ERP, then `cartage parked discard KEY --reason TEXT`',
    waitsFor: `order/${orderKey(document)}`,
  });
}

/** Acknowledged before the offset is finished: this request must not be lost. */
async function askForStock(document: Fulfilment, options: FulfilmentOptions): Promise<void> {
  const { source } = document;
  if (source === null) return;
  const keys = new Set(document.lines.map(({ sku }) => stockKey({ source, sku })));
  await options.requestRefresh(stock.topic, [...keys], 'shipped');
}

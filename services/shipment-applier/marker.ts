import type { MagentoShipment } from '../magento/shipments.ts';

/**
 * The comment by which a shipment is found again (promise 2). Creating a shipment is not idempotent: a
 * second call makes a second shipment (FACTS section 4). Not shown to the customer.
 */
export function markerOf(instance: string, documentId: string): string {
  return `ERP document ${documentId} [cartage:${instance}]`;
}

/** The shipment that carries the marker; of several (made by hand) the first. */
export function findMarked(shipments: readonly MagentoShipment[], marker: string): MagentoShipment | null {
  return shipments.find(({ comments }) => comments.some(({ comment }) => comment?.trim() === marker)) ?? null;
}

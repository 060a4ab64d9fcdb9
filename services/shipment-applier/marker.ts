import { isMarker } from '../magento/marker.ts';
import type { MagentoShipment } from '../magento/shipments.ts';

/** The shipment that carries the marker; of several (made by hand) the first. */
export function findMarked(
  shipments: readonly MagentoShipment[],
  marker: string,
): MagentoShipment | undefined {
  return shipments.find(({ comments }) => comments.some(({ comment }) => isMarker(comment, marker)));
}

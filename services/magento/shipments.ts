import { z } from 'zod';
import { addHiddenComment, documentItems, documentsOfOrder } from './order-documents.ts';
import { nullIfAbsent } from './rest/answers.ts';
import type { Rest } from './rest/rest.ts';
import { decimal, integer, listOf, mapOf, optionalText, text } from './shapes.ts';

const shipment = z.object({
  entity_id: integer,
  increment_id: text,
  order_id: integer,
  created_at: text,
  updated_at: text,
  items: listOf(z.object({ entity_id: integer, order_item_id: integer, sku: optionalText, qty: decimal })),
  tracks: listOf(
    z.object({
      entity_id: integer,
      track_number: text,
      title: optionalText,
      carrier_code: optionalText,
      description: optionalText,
      created_at: optionalText,
    }),
  ),
  comments: listOf(z.object({ entity_id: integer, comment: optionalText, created_at: optionalText })),
  extension_attributes: mapOf({ source_code: optionalText }),
});
/** `extension_attributes.source_code` is the source that was really deducted from. */
export type MagentoShipment = z.infer<typeof shipment>;

export interface Track {
  carrierCode: string;
  title: string;
  number: string;
}

export interface NewShipment {
  /** Order item ids of the parents (configurable, bundle "together"); quantity is decimal text above zero. */
  items: readonly { orderItemId: number; quantity: string }[];
  tracks: readonly Track[];
  /** The marker by which the shipment is found again. Not shown to the customer. */
  comment: string;
  sourceCode: string;
  /** Sends the shipment e-mail, and takes half a second longer. */
  notify: boolean;
}

export interface Shipments {
  /** Oldest first, with items, tracks, comments and source. */
  ofOrder(orderId: number): Promise<MagentoShipment[]>;
  get(shipmentId: number): Promise<MagentoShipment | null>;
  /**
   * Creates a shipment and returns its id. NOT idempotent: look for the comment before, and after an unknown outcome.
   * Magento ships less than asked without a word, and drops lines it does not know: compare what was created.
   */
  create(orderId: number, shipment: NewShipment): Promise<number>;
  /**
   * NOT idempotent: the same number twice makes two tracks.
   * @param description that no customer sees. @returns the id of the track.
   */
  addTrack(orderId: number, shipmentId: number, track: Track & { description: string }): Promise<number>;
  /** Harmless for one that is gone. */
  removeTrack(trackId: number): Promise<void>;
  /** Adds a comment that no customer sees. NOT idempotent: look for it before. */
  addComment(shipmentId: number, comment: string): Promise<void>;
}

export function createShipments(rest: Rest): Shipments {
  return {
    ofOrder: (orderId) => documentsOfOrder(rest, { kind: 'shipment', orderId, item: shipment }),

    get(shipmentId) {
      const path = ['shipment', String(shipmentId)];
      return nullIfAbsent(rest.call({ method: 'GET', path, shape: shipment, route: 'GET shipment/:id' }));
    },

    async create(orderId, { items, tracks, comment, sourceCode, notify }) {
      return rest.call({
        method: 'POST',
        path: ['order', String(orderId), 'ship'],
        body: {
          items: documentItems('shipment', items),
          notify,
          appendComment: false,
          comment: { comment, is_visible_on_front: 0 },
          tracks: tracks.map(trackBody),
          // Without a source Magento deducts from `default`, even where the order's stock does not hold it; at the
          // top of the body the member would be ignored (FACTS section 4).
          arguments: { extension_attributes: { source_code: required('source code', sourceCode) } },
        },
        shape: integer,
        route: 'POST order/:id/ship',
      });
    },

    async addTrack(orderId, shipmentId, track) {
      const added = await rest.call({
        method: 'POST',
        path: ['shipment', 'track'],
        body: {
          entity: {
            order_id: orderId,
            parent_id: shipmentId,
            ...trackBody(track),
            description: track.description,
          },
        },
        shape: z.object({ entity_id: integer }),
        route: 'POST shipment/track',
      });
      return added.entity_id;
    },

    async removeTrack(trackId) {
      await rest.call({
        method: 'DELETE',
        path: ['shipment', 'track', String(trackId)],
        shape: z.unknown(),
        route: 'DELETE shipment/track/:id',
      });
    },

    addComment: (shipmentId, comment) =>
      addHiddenComment(rest, {
        id: shipmentId,
        comment,
        path: ['shipment', String(shipmentId), 'comments'],
        route: 'POST shipment/:id/comments',
      }),
  };
}

function trackBody({ carrierCode, title, number }: Track): Record<string, string> {
  return { track_number: required('tracking number', number), title, carrier_code: carrierCode };
}

function required(name: string, value: string): string {
  if (value === '') throw new RangeError(`the ${name} of a shipment is empty`);
  return value;
}

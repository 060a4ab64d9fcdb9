import { setImmediate as turn } from 'node:timers/promises';
import type { NewShipment, MagentoShipment, Track } from '../../magento/shipments.ts';
import type { SourceItem } from '../../magento/source-items.ts';
import { Rejected, Unavailable } from '../../platform/errors.ts';

const none = { qty_shipped: '0', qty_canceled: '0', qty_refunded: '0' };
const plain = { product_option: { extension_attributes: { custom_options: [] } }, is_virtual: false };
const item = {
  item_id: 5,
  parent_item_id: null as number | null,
  product_id: 70,
  sku: 'ABC-RED',
  qty_ordered: '2',
  is_qty_decimal: false,
  ...plain,
};

/**
 * A shop with order 42 in its first store view. It ships what it likes without a word, refuses a shipment from a source
 * that holds too little, takes what is shipped from it, makes every track that is asked for; its answers come later. `steps`: what it was asked to do.
 */
export class Shop {
  readonly steps: string[] = [];
  readonly made: MagentoShipment[] = [];
  readonly order = { entity_id: 9, increment_id: '42', state: 'processing', items: [{ ...item, ...none }] };
  stored = '10';
  /** In place of what was asked for. */
  shippedQuantity: string | null = null;
  refuses = false;
  /** Thrown in place of a shipment. */
  failure: Error | null = null;
  /** What was created cannot be found at once. */
  hides = false;

  orders = {
    inBrief: async (storeId: number, numbers: readonly string[]) => {
      await turn();
      const isThere = storeId === 1 && numbers.includes(this.order.increment_id);
      return { items: isThere ? [this.order] : [], unreadable: [] };
    },
  };

  products = {
    skusOf: async (ids: readonly number[]) => {
      await turn();
      return new Map(ids.map((id) => [id, 'ABC']));
    },
    shippedInParts: () => Promise.resolve(new Set<number>()),
  };

  sourceItems = {
    read: async ({ skus }: { skus: readonly string[] }) => {
      await turn();
      return skus.map((sku) => ({ sku, sourceCode: 'main', quantity: this.stored, status: 1 as const }));
    },
    write: async (rows: readonly SourceItem[]) => {
      await turn();
      for (const { sku, quantity, status } of rows) {
        this.steps.push(`raise ${sku} to ${quantity} ${status}`);
        this.stored = quantity;
      }
    },
  };

  shipments = {
    ofOrder: async (orderId: number) => {
      await turn();
      return this.made.filter(({ order_id }) => order_id === orderId);
    },
    get: async (id: number) => {
      await turn();
      return this.hides ? null : (this.made.find(({ entity_id }) => entity_id === id) ?? null);
    },
    create: async (orderId: number, { items, tracks, comment, sourceCode, notify }: NewShipment) => {
      await turn();
      const lacks = items.some(({ quantity }) => Number(quantity) > Number(this.stored));
      if (lacks)
        throw new Unavailable(
          { code: 'magento.could_not_save', what: 'no', fix: 'none' },
          { perhapsRecord: true },
        );
      if (this.failure !== null) throw this.failure;
      if (this.refuses) throw new Rejected({ code: 'magento.refused', what: 'no', fix: 'none' });
      this.stored = String(Number(this.stored) - Number(items[0]!.quantity));
      this.steps.push(`ship ${tracks.map(({ number }) => number).join()}${notify ? 'and tell' : ''}`.trim());
      this.made.push({
        entity_id: this.made.length + 1,
        increment_id: `00000${this.made.length + 1}`,
        order_id: orderId,
        items: items.map(({ orderItemId, quantity }) => ({
          entity_id: 1,
          order_item_id: orderItemId,
          sku: 'ABC-RED',
          qty: this.shippedQuantity ?? quantity,
        })),
        tracks: tracks.map(trackOf),
        comments: [{ entity_id: 1, comment, created_at: madeAt }],
        extension_attributes: { source_code: sourceCode },
      } as unknown as MagentoShipment);
      return this.made.length;
    },
    removeTrack: async (trackId: number) => {
      await turn();
      this.steps.push(`untrack ${trackId}`);
      for (const { tracks } of this.made)
        tracks.splice(0, Infinity, ...tracks.filter(({ entity_id }) => entity_id !== trackId));
    },
    addTrack: async (orderId: number, shipmentId: number, track: Track & { description: string }) => {
      await turn();
      this.steps.push(`track ${track.number} to ${shipmentId} of ${orderId}`);
      this.made.find(({ entity_id }) => entity_id === shipmentId)!.tracks.push(trackOf(track));
      return 1;
    },
  };
}

/** Of a shipment and what is made with it. */
const madeAt = '2026-03-01 08:00:00';

/** Without a description, it is made with its shipment. */
const trackOf = ({
  number,
  title,
  carrierCode,
  description = null,
}: Track & { description?: string | null }) => ({
  entity_id: Number(number.slice(1)),
  track_number: number,
  title,
  carrier_code: carrierCode,
  description,
  created_at: description === null ? madeAt : '2026-03-02 08:00:00',
});

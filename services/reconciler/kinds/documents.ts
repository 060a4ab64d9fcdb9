import { fulfilments as fulfilmentsContract } from '../../../schemas/topics.ts';
import type { Fulfilment } from '../../../schemas/types.ts';
import { CodeIds } from '../../magento/code-ids.ts';
import type { DocumentKind, MarkedDocument } from '../../magento/documents.ts';
import type { Magento } from '../../magento/magento.ts';
import type { OrderedLine } from '../../magento/orders.ts';
import { isMarker, markerOf } from '../../magento/marker.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Config } from '../../platform/config/schema.ts';
import type { Newest } from '../../platform/newest-states.ts';
import { magnitude, minus, toMinor, toPlaces } from '../../platform/decimal.ts';
import { comparedTotal } from '../../wanted/documents/total.ts';
import type { Comparer, Unlike } from '../compare/comparer.ts';
import { unlikeLines } from './document-lines.ts';
import type { WantedLine } from './document-lines.ts';

/** About 30 MB. */
const keysMax = 50_000;
const keysPerQuestion = 100;

type WantedDocument = Pick<Fulfilment, 'store' | 'incrementId' | 'documentId' | 'occurredAt' | 'amounts'> & {
  numbers: readonly string[];
  lines: readonly WantedLine[];
};

export interface DocumentsOptions {
  magento: Pick<Magento, 'documents' | 'orders' | 'store'>;
  fulfilments: Pick<Config['fulfilments'], 'since'>;
  instance: string;
  clock: Pick<Clock, 'now'>;
}

/** What a document of the ERP is called there, by the list of the shop that holds what was made of it. */
const kinds: Readonly<Record<DocumentKind, string>> = {
  shipments: 'shipment',
  invoices: 'invoice',
  creditmemos: 'creditmemo',
};

/** Whether the shop has what was made of the ERP's documents, by their markers, the numbers of parcels, the lines and the total. */
export function documentsComparer(
  kind: DocumentKind,
  { magento, fulfilments, instance, clock }: DocumentsOptions,
): Comparer<Fulfilment, WantedDocument> {
  const storeIds = new CodeIds(() => magento.store.views(), clock);
  return {
    kind,
    side: 'shop',
    contract: fulfilmentsContract,
    reader: 'shipment-applier',
    keysMax,
    keysPerQuestion,
    itemOf: (document) => {
      if (document.kind !== kinds[kind] || document.instance !== instance) return null;
      // What becomes of what was made of one that was taken back, a person decides.
      if (document.documentDate < fulfilments.since || document.withdrawn) return null;
      const { store, incrementId, documentId, occurredAt, packages, amounts } = document;
      const numbers = packages.map(({ trackingNumber }) => trackingNumber);
      const lines = document.lines.map(({ orderLineId, sku, quantity }): WantedLine => [
        orderLineId,
        sku,
        quantity,
      ]);
      return { store, incrementId, documentId, occurredAt, amounts, numbers, lines };
    },
    idOf: ({ key, value }) => `${key} ${value?.kind} ${value?.documentId}`,
    apartBy: ({ store }) => store,
    prefixOf: ({ documentId }) => `${documentId}.`,
    changedAt: ({ occurredAt }) => occurredAt,
    compare: async (entries) => {
      const storeId = await storeIds.idOf(entries[0]!.item.store);
      if (storeId === null) return new Map();
      const numbers = [...new Set(entries.map(({ item }) => item.incrementId))];
      const orders = await magento.orders.linesOf(storeId, numbers);
      const ids = [...orders.values()].map(({ id }) => id);
      const made = Map.groupBy(await magento.documents.ofOrders(kind, ids), ({ order_id }) => order_id);
      const found = new Map<Newest<WantedDocument>, readonly Unlike[]>();
      for (const entry of entries) {
        const order = orders.get(entry.item.incrementId);
        // Of an order that the shop does not have it is held.
        if (order !== undefined)
          found.set(entry, unlikeOf(kind, entry.item, { made: made.get(order.id) ?? [], order, instance }));
      }
      return found;
    },
  };
}

interface Shown {
  made: readonly MarkedDocument[];
  order: { lines: readonly OrderedLine[] };
  instance: string;
}

function unlikeOf(kind: DocumentKind, document: WantedDocument, { made, order, instance }: Shown): Unlike[] {
  const { documentId, numbers, lines } = document;
  const marker = markerOf(instance, 'document', documentId);
  const own = made.find(({ comments }) => comments.some(({ comment }) => isMarker(comment, marker)));
  if (own === undefined) return [{ field: `${documentId}.exists`, wanted: 'yes', found: null }];
  const there = new Set(own.tracks.map(({ track_number }) => track_number));
  const missing = numbers.filter((number) => !there.has(number));
  const found = [...there].join(', ') || null;
  const tracks =
    missing.length === 0 ? [] : [{ field: `${documentId}.tracks`, wanted: numbers.join(', '), found }];
  const unlike = unlikeLines(kind, lines, order.lines, own.items).map((one) => ({
    ...one,
    field: `${documentId}.${one.field}`,
  }));
  return [...tracks, ...unlike, ...unlikeTotal(document, own)];
}

function unlikeTotal(document: WantedDocument, own: MarkedDocument): Unlike[] {
  const total = comparedTotal(document, own);
  if (total === null || total.made === total.asked) return [];
  const { made, asked, digits, currency } = total;
  const words = (amount: typeof made) => `${toPlaces(amount, digits)} ${currency}`;
  const money = { minor: toMinor(magnitude(minus(asked, made)), digits), digits, currency };
  return [{ field: `${document.documentId}.total`, wanted: words(asked), found: words(made), money }];
}

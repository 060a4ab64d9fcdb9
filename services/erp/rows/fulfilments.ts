import { fulfilments } from '../../../schemas/topics.ts';
import type { Fulfilment } from '../../../schemas/types.ts';
import { keyPartsOf, fulfilmentColumns } from '../columns.ts';
import type { RowShape } from './row.ts';

/** A document that is no longer returned says nothing: what was shipped stays shipped. */
export const fulfilmentRows: RowShape<Fulfilment> = {
  contract: fulfilments,
  keyParts: keyPartsOf['erp.fulfilments']!,
  read: (row, origin, shownFrom = null) => {
    const document = fulfilmentColumns.parse(row);
    return {
      instance: document.instance,
      store: document.store,
      incrementId: document.increment_id,
      documentId: document.document_id,
      kind: document.kind,
      ...origin,
      shownFrom,
      documentDate: document.occurred_on,
      source: document.source ?? null,
      lines: document.lines.map(({ sku, orderLineId, quantity }) => ({
        sku,
        orderLineId: orderLineId ?? null,
        quantity,
      })),
      packages: (document.packages ?? []).map(({ carrier, service, trackingNumber }) => ({
        carrier,
        service: service ?? null,
        trackingNumber,
      })),
    };
  },
  deleted: null,
};

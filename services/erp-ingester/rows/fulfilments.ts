import { z } from 'zod';
import { fulfilments } from '../../../schemas/topics.ts';
import type { Fulfilment } from '../../../schemas/types.ts';
import { decimalColumn, skuColumn, timeColumn } from './row.ts';
import type { RowShape } from './row.ts';

const columns = z.object({
  instance: z.string().min(1),
  store: z.string().min(1),
  increment_id: z.string().min(1),
  document_id: z.string().min(1),
  kind: z.string().min(1),
  occurred_on: timeColumn,
  source: z.string().nullish(),
  lines: z.array(z.object({ sku: skuColumn, orderLineId: z.string().nullish(), quantity: decimalColumn })),
  packages: z
    .array(
      z.object({
        carrier: z.string().min(1),
        service: z.string().nullish(),
        trackingNumber: z.string().min(1),
      }),
    )
    .nullish(),
});

/** A document that is no longer returned says nothing: what was shipped stays shipped. */
export const fulfilmentRows: RowShape<Fulfilment> = {
  contract: fulfilments,
  keyParts: ['instance', 'store', 'increment_id'],
  read: (row, origin) => {
    const document = columns.parse(row);
    return {
      instance: document.instance,
      store: document.store,
      incrementId: document.increment_id,
      documentId: document.document_id,
      kind: document.kind,
      ...origin,
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

import { fulfilments } from '../../schemas/topics.ts';
import type { Order } from '../../schemas/types.ts';
import { isMarker, markerOf } from '../magento/marker.ts';
import type { Bus } from '../platform/kafka/types.ts';
import { traceparentOf } from '../platform/telemetry/tracing.ts';

/** Resolves when it is certain that the shop will be told the ERP's number of the order. */
export type TellShop = (order: Order, number: string) => Promise<void>;

/**
 * By a document for whoever writes to orders in the shop (promise 4): so the export waits for the broker and never for the
 * shop. Told at every record of an order until the order says it itself, because the process may have died between the
 * ERP's commit and this.
 */
export function tellShop(bus: Pick<Bus, 'publish'>): TellShop {
  return async ({ instance, store, incrementId, createdAt, comments }, number) => {
    const marker = markerOf(instance, 'order', number);
    if (comments.some(({ text }) => isMarker(text, marker))) return;
    const value = {
      ...{ instance, store, incrementId, documentId: number, kind: 'order', documentDate: createdAt },
      // No stream of the ERP tells it, and its latency is that of the export.
      ...{ occurredAt: null, version: { epoch: 0, number: 0 }, sourceKey: '{}' },
      ...{ source: null, lines: [], packages: [] },
    };
    await bus.publish(fulfilments, { value, traceparent: traceparentOf() });
  };
}

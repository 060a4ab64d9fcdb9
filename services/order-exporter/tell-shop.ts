import { fulfilments } from '../../schemas/topics.ts';
import type { Fulfilment, Order } from '../../schemas/types.ts';
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
  return async (order, number) => {
    const marker = markerOf(order.instance, 'order', number);
    if (order.comments.some(({ text }) => isMarker(text, marker))) return;
    await bus.publish(fulfilments, { value: documentOf(order, number), traceparent: traceparentOf() });
  };
}

/** No stream of the ERP tells it, nothing goes out with it, and its latency is that of the export. */
function documentOf({ instance, store, incrementId, createdAt }: Order, number: string): Fulfilment {
  return {
    instance,
    store,
    incrementId,
    documentId: number,
    kind: 'order',
    documentDate: createdAt,
    occurredAt: null,
    version: { epoch: 0, number: 0 },
    shownFrom: null,
    sourceKey: '{}',
    source: null,
    lines: [],
    packages: [],
    amounts: null,
    invoiceId: null,
    withdrawn: false,
    text: null,
  };
}

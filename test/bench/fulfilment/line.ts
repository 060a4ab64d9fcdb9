import type { RunningProcess } from '../../../deploy/local/process.ts';
import { fulfilments } from '../../../schemas/topics.ts';
import { fulfilmentRows } from '../../../services/erp/rows/fulfilments.ts';
import { ApplierLine, openParts } from '../applier-line.ts';
import { startFulfilmentShop } from './shop.ts';
import type { FulfilmentShop } from './shop.ts';

/** Documents: topic, applier and shop, and nothing else. */
export class FulfilmentLine extends ApplierLine<FulfilmentShop> {
  static async open(): Promise<FulfilmentLine> {
    return new FulfilmentLine(await openParts(startFulfilmentShop), 'shipment-applier', fulfilments.topic);
  }

  /** The document of the kind that the ERP has of the order. */
  async publish(kind: string, order: number): Promise<void> {
    const row = {
      instance: 'bench',
      store: 'default',
      increment_id: String(order),
      document_id: `${kind}/${order}`,
      kind,
      occurred_on: '2026-03-01T00:00:00Z',
      source: kind === 'shipment' ? 'WH1' : null,
      lines: linesOf(kind),
      packages: kind === 'shipment' ? [{ carrier: 'UPS', trackingNumber: `1Z${order}` }] : [],
      text: kind === 'comment' ? 'On its way' : null,
    };
    const origin = { occurredAt: Date.now(), version: { epoch: 1, number: order }, sourceKey: '{}' };
    await this.bus.publish(fulfilments, { value: fulfilmentRows.read(row, origin) });
  }

  startApplier(connections: number): Promise<RunningProcess> {
    return this.start(connections, {
      flows: { shipments: 'on', stock: 'off' },
      stock: { sources: { WH1: 'default' } },
      fulfilments: { since: '2026-01-01T00:00:00Z', carriers: { UPS: { code: 'ups', title: 'UPS' } } },
    });
  }
}

/** Of the two lines of an order the first is invoiced. */
function linesOf(kind: string): { sku: string; quantity: string }[] {
  if (['shipment', 'creditmemo'].includes(kind)) return [{ sku: 'SKU-1', quantity: '1.0000' }];
  return kind === 'invoice' ? [{ sku: 'SKU-2', quantity: '2.0000' }] : [];
}

import type { RunningProcess } from '../../../deploy/local/process.ts';
import { stock } from '../../../schemas/topics.ts';
import { stockRows } from '../../../services/erp/rows/stock.ts';
import { ApplierLine, openParts } from '../applier-line.ts';
import { startStockShop } from './shop.ts';
import type { StockShop } from './shop.ts';

/** How much the shop is given at once. */
export interface ShopLoad {
  latencyMs: number;
  connections: number;
  rowsPerCall: number;
}

/** What the ERP has said of a SKU. */
export interface StockChange {
  sku: string;
  quantity: number;
}

const atOnce = 2_000;

/** Stock: topic, applier and shop, and nothing else. */
export class StockLine extends ApplierLine<StockShop> {
  #version = 0;

  static async open(): Promise<StockLine> {
    return new StockLine(await openParts(startStockShop), 'inventory-applier', stock.topic);
  }

  /** In this order. Resolves when the broker has all of them. */
  async publish(changes: Iterable<StockChange>): Promise<void> {
    let waiting: Promise<void>[] = [];
    for (const { sku, quantity } of changes) {
      this.#version += 1;
      const origin = {
        occurredAt: Date.now(),
        version: { epoch: 1, number: this.#version },
        sourceKey: JSON.stringify({ sku }),
      };
      const value = stockRows.read({ source: 'WH1', sku, quantity }, origin);
      waiting.push(this.bus.publish(stock, { value }));
      if (waiting.length < atOnce) continue;
      await Promise.all(waiting);
      waiting = [];
    }
    await Promise.all(waiting);
  }

  async startApplier({ latencyMs, connections, rowsPerCall }: ShopLoad): Promise<RunningProcess> {
    await this.shop.latency(latencyMs);
    const batch = { initial: rowsPerCall, max: rowsPerCall, targetMs: 60_000 };
    return this.start(connections, {
      flows: { stock: 'on' },
      stock: { sources: { WH1: 'default' }, batch },
    });
  }
}

import type { Outcome } from '../../schemas/types.ts';
import type { ShopTimes } from './shop.ts';
import { percentile } from './study.ts';
import type { Figures } from './study.ts';

/** What is known of one order on its way from the webhook to the ERP, UTC milliseconds. */
export interface Journey {
  sentAt: number;
  /** The sender had its 202. */
  acceptedAt: number;
  /** Of the request, by the relay. */
  relayed: Pick<Outcome, 'publishedAt' | 'startedAt'>;
  shop: ShopTimes[string];
  /** Of the order, by the exporter. */
  exported: Pick<Outcome, 'publishedAt' | 'startedAt' | 'finishedAt'>;
}

/** Milliseconds by part: first what the goal is about, then where ours goes. */
export function partsOf({ sentAt, acceptedAt, relayed, shop, exported }: Journey): Record<string, number> {
  const whole = exported.finishedAt - sentAt;
  const erp = exported.finishedAt - exported.startedAt;
  const shopMs = shop.answeredAt - shop.askedAt;
  return {
    whole,
    ours: whole - erp - shopMs,
    shop: shopMs,
    ERP: erp,
    'webhook to its 202': acceptedAt - sentAt,
    '1 webhook to request on topic': relayed.publishedAt - sentAt,
    '2 request to its batch begun': relayed.startedAt - relayed.publishedAt,
    '3 batch to the shop': shop.askedAt - relayed.startedAt,
    '4 shop to order on topic': exported.publishedAt - shop.answeredAt,
    '5 order to its export begun': exported.startedAt - exported.publishedAt,
  };
}

export function latencyRows(pace: string, journeys: readonly Journey[], bare: readonly number[]) {
  const parts = journeys.map(partsOf);
  const rows = Object.keys(parts[0] ?? {}).map((part) =>
    row(
      pace,
      part,
      parts.map((one) => one[part]!),
    ),
  );
  return [...rows, row(pace, 'bare hop', bare)];
}

function row(pace: string, part: string, values: readonly number[]): Figures['rows'][number] {
  const at = (share: number) => Number(percentile(values, share).toFixed(1));
  return { pace, part, 'p50 ms': at(0.5), 'p95 ms': at(0.95), 'p99 ms': at(0.99) };
}

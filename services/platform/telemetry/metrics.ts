/** Every metric of every process, with its one-line meaning. Names follow the Prometheus conventions. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface Metrics {
  registry: Registry;
  /** Records handled, by what became of them. */
  records: Counter<'flow' | 'topic' | 'status'>;
  /** Age of a change when its effect was there, from its commit at the source. */
  eventAge: Histogram<'flow'>;
  /** How long the handling of a record took, waits included. */
  handling: Histogram<'flow'>;
  /** Tries that failed and were repeated. */
  retries: Counter<'flow' | 'code'>;
  /** Records replaced by a newer one of their key before they were written. */
  coalesced: Counter<'flow'>;
  /** Keys read and not yet finished. */
  pending: Gauge<'flow'>;
  /** 0 closed, 1 open (the other side fails), 2 stopped (too many rejections in a row). */
  breaker: Gauge<'flow'>;
  /** Records parked by this process and not settled. */
  parked: Gauge<'flow'>;
  /** Calls to the other side, by answer; code 0 when no whole answer came. */
  sinkRequests: Counter<'sink' | 'route' | 'code'>;
  sinkDuration: Histogram<'sink' | 'route'>;
  /** Incoming webhooks by answer. */
  webhooks: Counter<'code' | 'reason'>;
  /** Bytes of log the replication slot keeps back. */
  slotLag: Gauge;
}

const ageBucketsSeconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 900, 1800];

export function openMetrics(process: string, instance: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ process, shop: instance });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    records: new Counter({
      name: 'cartage_records_total',
      help: 'Records handled, by what became of them',
      labelNames: ['flow', 'topic', 'status'],
      registers,
    }),
    eventAge: new Histogram({
      name: 'cartage_event_age_seconds',
      help: 'Age of a change when its effect was there',
      labelNames: ['flow'],
      buckets: ageBucketsSeconds,
      registers,
    }),
    handling: new Histogram({
      name: 'cartage_handling_duration_seconds',
      help: 'Handling of one record, waits included',
      labelNames: ['flow'],
      buckets: ageBucketsSeconds,
      registers,
    }),
    retries: new Counter({
      name: 'cartage_retries_total',
      help: 'Tries that failed and were repeated',
      labelNames: ['flow', 'code'],
      registers,
    }),
    coalesced: new Counter({
      name: 'cartage_coalesced_total',
      help: 'Records replaced by a newer one of their key before they were written',
      labelNames: ['flow'],
      registers,
    }),
    pending: new Gauge({
      name: 'cartage_pending_keys',
      help: 'Keys read and not yet finished',
      labelNames: ['flow'],
      registers,
    }),
    breaker: new Gauge({
      name: 'cartage_breaker_state',
      help: '0 closed, 1 open, 2 stopped by rejections',
      labelNames: ['flow'],
      registers,
    }),
    parked: new Gauge({
      name: 'cartage_parked_keys',
      help: 'Records parked and not settled',
      labelNames: ['flow'],
      registers,
    }),
    sinkRequests: new Counter({
      name: 'cartage_sink_requests_total',
      help: 'Calls to the other side, by answer',
      labelNames: ['sink', 'route', 'code'],
      registers,
    }),
    sinkDuration: new Histogram({
      name: 'cartage_sink_request_duration_seconds',
      help: 'Duration of calls to the other side',
      labelNames: ['sink', 'route'],
      registers,
    }),
    webhooks: new Counter({
      name: 'cartage_webhooks_total',
      help: 'Incoming webhooks, by answer',
      labelNames: ['code', 'reason'],
      registers,
    }),
    slotLag: new Gauge({
      name: 'cartage_cdc_slot_lag_bytes',
      help: 'Log kept back by the replication slot',
      registers,
    }),
  };
}

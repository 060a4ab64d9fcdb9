/**
 * Every metric of every process, with its one-line meaning. Names follow the Prometheus conventions.
 *
 * Each has a label that its first value names, so that a process shows only what it has: one without a label would
 * stand at 0 in all of them. What an alert counts is set to 0 where it is opened, because `increase()` sees nothing of
 * a counter that is born at 20.
 */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

const ageBucketsSeconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 900, 1800];
const callBucketsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * How late the event loop is Node finds out by waking a hundred times a second: most of what an idle process does. What
 * it takes when it is asked is left (`nodejs_eventloop_lag_seconds`).
 */
const neverMs = 2 ** 31 - 1;

export type Metrics = ReturnType<typeof openMetrics>;

export function openMetrics(process: string, instance: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ process, shop: instance });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: neverMs });
  for (const part of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'])
    registry.removeSingleMetric(`nodejs_eventloop_lag_${part}_seconds`);
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    ...labelNames: Label[]
  ) => new Histogram({ name, help, buckets, labelNames, registers });
  return {
    registry,
    ready: gauge('cartage_ready', '1 while a check passes, 0 while it does not', 'check'),
    records: counter(
      'cartage_records_total',
      'Records handled, by what became of them',
      'flow',
      'topic',
      'status',
    ),
    lastProgress: gauge(
      'cartage_flow_last_progress_timestamp_seconds',
      'When a flow last finished a record, or had none to finish',
      'flow',
    ),
    paused: gauge('cartage_flow_paused', '1 while an operator has paused a flow', 'flow'),
    lag: gauge(
      'cartage_flow_lag_records',
      'Records of a partition held here that are published and not finished; NaN while unknown',
      'flow',
      'topic',
      'partition',
    ),
    eventAge: histogram(
      'cartage_event_age_seconds',
      'Age of a change when its effect was there, from its commit at the source',
      ageBucketsSeconds,
      'flow',
    ),
    handling: histogram(
      'cartage_handling_duration_seconds',
      'Handling of one record, waits included',
      ageBucketsSeconds,
      'flow',
    ),
    retries: counter('cartage_retries_total', 'Tries that failed and were repeated', 'flow', 'code'),
    coalesced: counter(
      'cartage_coalesced_total',
      'Records replaced by a newer one of their key before they were written',
      'flow',
    ),
    pending: gauge('cartage_pending_keys', 'Keys read and not yet finished', 'flow'),
    breaker: gauge(
      'cartage_breaker_state',
      '0 closed, 1 open (the other side fails), 2 stopped (too many rejections in a row)',
      'flow',
    ),
    breakerOpens: counter(
      'cartage_breaker_opens_total',
      'Times that a flow stopped sending for a while, by the fault that was the last drop',
      'flow',
      'code',
    ),
    parked: gauge(
      'cartage_parked_keys',
      'Records that the group of the flow has parked and not settled; every replica says the same',
      'flow',
    ),
    sinkRequests: counter(
      'cartage_sink_requests_total',
      'Calls to the other side by answer: HTTP status or SQLSTATE, 0 when no whole answer came',
      'sink',
      'code',
    ),
    sinkFailures: counter(
      'cartage_sink_failures_total',
      'Calls that the other side could not serve: 5xx, an error of its database, no whole answer',
      'sink',
    ),
    sinkDuration: histogram(
      'cartage_sink_request_duration_seconds',
      'Duration of calls to the other side, by route or statement: ok, refused (the call is at fault), failed',
      callBucketsSeconds,
      'sink',
      'route',
      'outcome',
    ),
    shopClockSkew: gauge(
      'cartage_shop_clock_skew_seconds',
      "The shop's clock minus ours, by the Date of its last answer",
      'sink',
    ),
    shopCredentialsInUse: gauge(
      'cartage_shop_credentials_in_use',
      '1 for the set of credentials that the shop took last, 0 for the other one',
      'set',
    ),
    shopCredentialsIssued: gauge(
      'cartage_shop_credentials_issued_timestamp_seconds',
      'When a set of credentials was issued, where the configuration says it',
      'set',
    ),
    callLimit: gauge(
      'cartage_sink_call_limit',
      'Calls to the other side that may be under way at once, as it bears them now',
      'sink',
    ),
    roundRows: gauge(
      'cartage_stream_round_rows',
      'Rows of the round of all keys under way (a load, a round of the calendar) that are published',
      'flow',
    ),
    roundEnd: gauge(
      'cartage_stream_round_end_timestamp_seconds',
      'When that round is expected to end; NaN where none is under way or nothing tells',
      'flow',
    ),
    streamLoaded: gauge(
      'cartage_stream_loaded',
      '1 while all keys of the stream were asked as it is configured, 0 while they are not yet',
      'flow',
    ),
    heldDeletions: gauge(
      'cartage_stream_held_deletions',
      'Records that a round of all keys would tell as deleted, and that wait for `cartage streams confirm`',
      'flow',
    ),
    webhooks: counter('cartage_webhooks_total', 'Incoming webhooks, by answer', 'code', 'reason'),
    ordersFirstSeen: counter(
      'cartage_orders_first_seen_total',
      'New orders, by what told of them first: webhook, sweep (the webhook was lost), nightly, request',
      'path',
    ),
    stockCompared: counter(
      'cartage_stock_compared_total',
      'Source items compared with what was written: same, differing (asked for again), in flight',
      'result',
    ),
    oversold: gauge(
      'cartage_oversold_skus',
      'SKUs of which open orders want more than the sources of their stock hold, for longer than a delivery takes',
      'flow',
    ),
    oversells: counter(
      'cartage_oversells_total',
      'SKUs that were found to be oversold, each time anew',
      'flow',
    ),
    salableCompared: counter(
      'cartage_salable_compared_total',
      'Salable quantities of the shop compared with rows and open orders, in samples: same, differing twice alike',
      'result',
    ),
    sourceProblems: gauge(
      'cartage_stock_source_problems',
      'Sources that stock is written to, and that the shop does not sell from: unknown, disabled, in no stock; NaN until looked at',
      'flow',
    ),
    stockFeedOld: gauge(
      'cartage_stock_feed_old',
      '1 while what the ERP has told of its stock is too old to be sold by (stock.feed), else 0',
      'flow',
    ),
    shippedUnconfirmed: counter(
      'cartage_shipped_unconfirmed_total',
      'Shipments made although the stock of their goods issue was not known to be in the shop (fulfilments.stockWaitMs)',
      'flow',
    ),
    compared: counter(
      'cartage_compared_total',
      'Keys compared with the other side, of each kind: same, differing (seen twice), in flight',
      'kind',
      'result',
    ),
    compareFailures: counter(
      'cartage_compare_failures_total',
      'Rounds of a kind that could not be ended: the other side, or the broker, did not answer',
      'kind',
    ),
    equalShare: gauge(
      'cartage_equal_share',
      'Share of the keys compared in the last round that were equal on both sides: of stock its accuracy',
      'kind',
    ),
    roundDuration: gauge(
      'cartage_compare_round_seconds',
      'How long the last whole round of a kind took',
      'kind',
    ),
    roundEnded: gauge(
      'cartage_compare_round_end_timestamp_seconds',
      'When the last whole round of a kind ended',
      'kind',
    ),
    differences: gauge(
      'cartage_differences',
      'Differences between both sides that stand, by likely cause',
      'kind',
      'cause',
    ),
    oldestDifference: gauge(
      'cartage_oldest_difference_timestamp_seconds',
      'When the oldest difference that stands was seen first',
      'kind',
    ),
    moneyAtRisk: gauge(
      'cartage_money_at_risk',
      'Value of the differences that have one, in units of the currency',
      'kind',
      'currency',
    ),
    repairs: counter(
      'cartage_repairs_total',
      'Keys asked for again by a rule because they differ; dry: would have been',
      'kind',
      'mode',
    ),
    slotRetained: gauge(
      'cartage_replication_slot_retained_bytes',
      "Log that the ERP's database keeps on its disk for the slot; NaN while it cannot be asked",
      'slot',
    ),
    slotLag: gauge(
      'cartage_replication_slot_lag_bytes',
      "Log of the ERP's database not yet confirmed as published; NaN while it cannot be asked",
      'slot',
    ),
  };
}

import { orders as ordersContract, refresh } from '../../schemas/topics.ts';
import type { Refresh } from '../../schemas/types.ts';
import type { Attempt, Handled } from '../platform/flow/outcome.ts';
import type { BatchResult, StateFlow } from '../platform/flow/state-flow.ts';
import type { Received } from '../platform/kafka/types.ts';
import { seenByBoth, targetOf, unknownStore } from './hint.ts';
import type { Target } from './hint.ts';
import { HintsById } from './hints-by-id.ts';
import { OrderReader } from './order-reader.ts';
import type { HintsOptions } from './order-reader.ts';

/** The client reads 30 whole orders per page (FACTS section 11): more would make two calls out of one. */
const ordersPerRequest = 30;
/** Orders known by id alone are read one by one. */
const idsPerBatch = 8;

export type OrderHint = Received<Refresh> & { value: Refresh };

/** What became of each hint of a batch. */
export type HintResults = Map<OrderHint, Handled | Error>;

/**
 * Serves the hints: reads each order and publishes it whole. Reading has no effect and publishing the same state twice
 * is harmless, so nothing is to be waited for after an unknown outcome (`settleMs` 0).
 */
export function hintFlow(
  options: HintsOptions & { mode: 'dry' | 'on'; connections: number },
): StateFlow<Refresh> {
  const { instance } = options;
  const reader = new OrderReader(options);
  const byId = new HintsById(options);
  const target = (record: Received<Refresh>): Target | null =>
    record.value?.topic === ordersContract.topic ? targetOf(record.key, instance) : null;
  const laneOf = (record: Received<Refresh>): string => {
    const found = target(record);
    return found?.kind === 'order' ? found.store : unknownStore;
  };
  return {
    name: 'orders',
    contracts: [refresh],
    mode: options.mode,
    concurrency: options.connections,
    settleMs: 0,
    accepts: (record) => target(record) !== null,
    identityOf: (record) => `${record.value?.topic}|${record.key}`,
    merge,
    laneOf,
    batchSize: (lane) => (lane === unknownStore ? idsPerBatch : ordersPerRequest),
    apply: async (records, attempt: Attempt): Promise<BatchResult<Refresh>> => {
      const hints = records as OrderHint[];
      const lane = laneOf(hints[0]!);
      return lane === unknownStore ? byId.serve(hints, attempt) : reader.serve(lane, hints, attempt);
    },
  };
}

function merge(older: Received<Refresh>, newer: Received<Refresh>): Received<Refresh> {
  if (older.value === null || newer.value === null) return newer;
  return { ...newer, value: { ...newer.value, seen: seenByBoth(older.value.seen, newer.value.seen) } };
}

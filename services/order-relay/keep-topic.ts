import type { Configuration } from '../platform/config/read.ts';
import type { FlowContext } from '../platform/flow/context.ts';
import { runStates } from '../platform/flow/states/run-states.ts';
import type { Mode } from '../platform/groups.ts';
import type { Subscription } from '../platform/kafka/types.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import type { RelayedTopic, RelaySource } from './relayed-topic.ts';
import { refreshRequestFlow } from './requests/request-flow.ts';
import { SweepCursors } from './sweep/cursor.ts';
import { PageReader } from '../magento/page-reader.ts';
import { SweepSchedule } from './sweep/sweep-schedule.ts';
import type { Sweeping } from './sweep/sweep-schedule.ts';
import { Sweep } from './sweep/sweep.ts';

/** What keeping a topic needs of the relay. */
export interface Keeper {
  configuration: Configuration<'magento' | 'orders'>;
  process: Process;
  source: RelaySource;
}

/** How long before the cursor's overlap publishing is remembered: a sweep may have been down for a while. */
const publishedMarginMs = 3_600_000;

/**
 * Keeps a topic as the shop is: reads what is asked for, and sweeps for what nobody has told of. What was published
 * lately is known before the first request is served.
 */
export async function keepTopic(
  keeper: Keeper,
  context: FlowContext,
  mode: Mode,
  topic: RelayedTopic,
): Promise<Subscription> {
  const { process, configuration, source } = keeper;
  const { orders } = configuration.config;
  const since = context.clock.now() - orders.sweep.overlapMs - publishedMarginMs;
  const reading = await topic.follow(since);
  process.onStop(() => reading.stop());
  const flow = refreshRequestFlow({
    name: topic.name,
    requests: topic.requests,
    mode,
    callsAtOnce: () => source.magento.callsAtOnce(),
    probe: async () => void (await source.magento.store.views()),
  });
  const subscription = await runStates(context, flow);
  await sweep(keeper, mode, topic, subscription);
  return subscription;
}

/** Each list has a schedule of its own; of these `cartage_ready` shows that of the first alone. */
async function sweep(
  { process, configuration, source }: Keeper,
  mode: Mode,
  topic: RelayedTopic,
  subscription: Subscription,
): Promise<void> {
  const { bus, clock, magento, instance, log } = source;
  const cursors = new SweepCursors(bus, instance, mode, clock);
  const reading = await cursors.follow();
  process.onStop(() => reading.stop());
  const { intervalMs, pageSize, nightlyAt, ...limits } = configuration.config.orders.sweep;
  const pages = (rows: number) => new PageReader({ pageSize: rows, clock });
  const lease = () => subscription.leases().find((one) => one.partition === 0 && one.isCurrent()) ?? null;
  const start = (sweeping: Sweeping) => {
    const schedule = new SweepSchedule(sweeping, { ...process.context, intervalMs, lease });
    process.onStop(() => schedule.stop());
    return schedule;
  };
  const shared = { ...limits, bus, clock, log, cursors, since: topic.since };
  const serverTime = () => magento.serverTime();
  const [first] = topic.lists.map((list) =>
    start(new Sweep(list, { ...shared, serverTime, pages: pages(pageSize) })),
  );
  // A shop that fails takes no webhook away: what one names is read when the shop answers again.
  process.checks.show(`sweep of ${topic.name}`, () => first!.unhealthyReason());
  start(topic.nightly({ cursors, pages, atMs: nightlyAt }));
}

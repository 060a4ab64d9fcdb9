import type { Configuration } from '../platform/config/read.ts';
import { startFlow } from '../platform/lifecycle/run-flow.ts';
import { runStates } from '../platform/flow/states/run-states.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import type { Mode } from '../platform/groups.ts';
import type { Config } from '../platform/config/schema.ts';
import { refreshRequester } from '../platform/flow/request-refresh.ts';
import type { Subscription } from '../platform/kafka/types.ts';
import { DefaultRows } from '../magento/default-rows.ts';
import { connectMagento } from '../magento/connect.ts';
import type { Magento } from '../magento/magento.ts';
import { PageReader } from '../magento/page-reader.ts';
import { Comparison } from './compare/comparison.ts';
import { askingAgain, asserting } from './compare/corrections.ts';
import { Feed } from './feed/feed.ts';
import { Incidents } from './oversell/incidents.ts';
import { OversellLook } from './oversell/look.ts';
import { Oversell } from './oversell/oversell.ts';
import { SalableSample } from './oversell/salable-sample.ts';
import { Rounds } from '../platform/rounds.ts';
import { stockFlow } from './stock-flow.ts';
import { Turns } from '../platform/turns.ts';

/** As whole orders, they are read for their lines (FACTS section 11). */
const openOrdersPerPage = 50;

/** Kafka to Magento: stock. Writes the newest quantity and status of each SKU at each source. */
export function startInventoryApplier(
  configuration: Configuration<'magento' | 'stock'>,
  life: Life,
): Promise<void> {
  return startFlow('inventory-applier', 'stock', { configuration, life }, (process, mode) =>
    applyStock(configuration, process, mode),
  );
}

export async function applyStock(
  configuration: Configuration<'magento' | 'stock'>,
  process: Process,
  mode: Mode,
): Promise<Subscription> {
  const { config } = configuration;
  const magento = connectMagento(configuration, process);
  process.onStop(() => magento.close());
  const { context, bus, log, metrics } = process;
  const { clock } = context;
  const { instance, stock } = config;
  const { maxAgeMs } = stock.feed;
  const feed = new Feed({ bus, instance, maxAgeMs, clock, log, metrics });
  const turns = new Turns();
  const flow = stockFlow({
    magento,
    stock,
    settleMs: config.magento.settleMs,
    mode,
    clock,
    turns,
    defaultRows: new DefaultRows(magento, () => Object.values(stock.sources)),
    isOld: () => feed.isOld(),
  });
  const subscription = await runStates(context, flow);
  // A dry flow has written nothing that the shop could be compared with.
  if (mode === 'on') {
    const batchSize = () => flow.batchSize('');
    await compareAgainAndAgain(process, { magento, stock, subscription, turns, feed, batchSize });
    lookForOversell(process, { magento, stock, subscription });
  }
  return subscription;
}

interface Comparing {
  magento: Magento;
  stock: Config['stock'];
  subscription: Subscription;
  turns: Turns;
  feed: Feed;
  batchSize: () => number;
}

/** All stock: slowly while the ERP tells of it, and at once when it falls silent or is back. */
async function compareAgainAndAgain(
  { bus, context, name, metrics, log, onStop }: Process,
  { magento, stock, subscription, turns, feed, batchSize }: Comparing,
): Promise<void> {
  const { clock } = context;
  const living = askingAgain(stock, refreshRequester(bus, name, clock));
  const { sourceItems } = magento;
  const old = asserting({ config: stock, sourceItems, subscription, turns, batchSize });
  const correction = () => (feed.isOld() ? old : living);
  const comparison = new Comparison({ bus, magento, subscription, clock, correction, metrics });
  const rounds = new Rounds({
    name: 'stock compared with the shop',
    run: (signal) => comparison.run(signal),
    // It may write as well.
    isOurs: () => subscription.ready() && !context.controls.of(context.group)?.paused,
    everyMs: stock.compareEveryMs,
    clock,
    log,
  });
  onStop(() => rounds.stop());
  await feed.follow(() => rounds.soon());
  onStop(() => feed.stop());
}

/** One of the members does it for all: it is about orders, which lie on no partition of stock. */
function lookForOversell(
  { context, log, onStop }: Process,
  { magento, stock, subscription }: Pick<Comparing, 'magento' | 'stock' | 'subscription'>,
): void {
  const { clock, random, metrics } = context;
  const { sources } = magento;
  const pages = new PageReader({ pageSize: openOrdersPerPage, clock });
  const oversell = new Oversell({
    magento,
    stock,
    look: new OversellLook({ magento, pages, clock }),
    incidents: new Incidents(stock.oversell.graceMs, clock),
    sample: new SalableSample({ sources, random, log, metrics }),
    context,
  });
  const rounds = new Rounds({
    name: 'open orders compared with stock',
    run: (signal) => oversell.run(signal),
    isOurs: () => subscription.leases().some((lease) => lease.partition === 0 && lease.isCurrent()),
    everyMs: stock.oversell.everyMs,
    clock,
    log,
  });
  onStop(() => rounds.stop());
}

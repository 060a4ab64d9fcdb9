import { underFence } from '../platform/fence.ts';
import { refreshRequester } from '../platform/flow/request-refresh.ts';
import { openTopicAdmin } from '../platform/kafka/connect.ts';
import type { TopicAdmin } from '../platform/kafka/topic-admin.ts';
import { kafkaOptions } from '../platform/lifecycle/kafka-options.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import { openProcess } from '../platform/lifecycle/process.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import { groupOf } from '../platform/groups.ts';
import { Rounds } from '../platform/rounds.ts';
import { intervalOf } from '../platform/schedules.ts';
import { settlesWithin, unlessAborted } from '../platform/waiting.ts';
import { AppliedKeys } from './applied-keys.ts';
import { AskedKeys } from './asked-keys.ts';
import { Progress } from './compare/progress.ts';
import { ErpFeed } from './erp-feed.ts';
import { comparersOf } from './kinds/index.ts';
import type { ReconcilerConfiguration } from './kinds/index.ts';
import { Leadership } from './leadership.ts';
import { showNothing } from './ledger/figures.ts';
import { Ledger } from './ledger/ledger.ts';
import { repair } from './ledger/repairs.ts';
import { ParkedKeys } from './parked-keys.ts';
import { AllRounds } from './rounds.ts';

const lastAnswerMs = 1_000;
/** From the right to compare to the first round: to twice as much, so that a fleet that starts at once does not ask at once. */
const firstRoundMs = 5_000;

/** Compares what shop and ERP show with what the topics say, and tells what differs. It writes to neither of them. */
export async function startReconciler(configuration: ReconcilerConfiguration, life: Life): Promise<void> {
  const process = await openProcess('reconciler', configuration, life);
  if (!configuration.config.reconcile.enabled) {
    process.log.warn('reconcile.enabled is false: nothing is compared');
    return process.listen();
  }
  const admin = openTopicAdmin(kafkaOptions(configuration, 'reconciler-progress', process.log));
  // A broker that takes requests and gives no answers would hold the end up.
  process.onStop(() => settlesWithin(admin.close(), lastAnswerMs));
  const leadership = new Leadership(() => showNothing(process.metrics));
  process.checks.need('leadership', () => leadership.unhealthyReason());
  await process.listen();
  await reconcile(configuration, process, { admin, leadership });
}

interface Parts {
  admin: Pick<TopicAdmin, 'lag'>;
  leadership: Leadership;
}

export async function reconcile(
  configuration: ReconcilerConfiguration,
  process: Process,
  { admin, leadership }: Parts,
): Promise<void> {
  const { instance, reconcile: config, stock, catalog } = configuration.config;
  const { bus, context, metrics, log } = process;
  const { clock, controls } = context;
  const [parked, feed] = [new ParkedKeys(instance), new ErpFeed(instance, stock.feed.maxAgeMs, clock)];
  const ledger = new Ledger({ bus, instance, clock, answeredWithinMs: config.lookAgainMs });
  const comparers = await comparersOf(configuration, process);
  const { lookAgainMs, pauseShare } = config;
  const requestRefresh = refreshRequester(bus, process.name, clock);
  const all = new AllRounds({
    bus,
    comparers,
    ledger,
    parked,
    progress: new Progress(admin, instance),
    isFeedOld: () => feed.isOld(),
    appliedOnce: (topic, keys) => new AppliedKeys(bus, clock).among(topic, keys),
    repair: () => repair({ ledger, requestRefresh, config, clock, log, metrics }),
    lookAgainMs,
    pauseShare,
    currency: catalog.baseCurrency,
    clock,
    log,
    metrics,
  });
  const asked = new AskedKeys({ bus, ledger, leadership, clock });
  await Promise.all([parked.follow(bus), feed.follow(bus), asked.follow()]);
  process.onStop(() => Promise.all([parked.stop(), feed.stop(), asked.stop()]));
  const schedule = () => controls.of(groupOf(instance, 'reconciler'))?.schedule;
  await controls.known();
  const rounds = new Rounds({
    name: 'both sides compared',
    run: (signal) => underLease(leadership, ledger, signal, (both) => all.run(both)),
    isOurs: () => leadership.held() !== null,
    everyMs: () => intervalOf(schedule()) ?? config.everyMs,
    clock,
    log,
  });
  // What is set is in force at once: the round that is waited for was to come by the schedule before.
  let before = schedule();
  const unlisten = controls.onChange(() => {
    if (schedule() !== before) rounds.soon();
    before = schedule();
  });
  process.onStop(() => Promise.resolve(unlisten()));
  process.onStop(() => leadership.stop());
  process.onStop(() => rounds.stop());
  await leadership.seek(context, () => {
    const waitMs = firstRoundMs * (1 + context.random());
    void clock.wait(waitMs, process.stopping).then(() => rounds.soon());
  });
}

/** The differences are read anew each time: another replica may have told of some meanwhile. */
function underLease<Result>(
  leadership: Leadership,
  ledger: Ledger,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result | object> {
  const held = leadership.held();
  if (held === null) return Promise.resolve({});
  const both = AbortSignal.any([signal, held.over.signal]);
  const done = underFence(held.lease, async () => {
    await unlessAborted(ledger.load(), both);
    return work(both);
  });
  leadership.note(done);
  return done;
}

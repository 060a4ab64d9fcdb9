import { audit, controls, cursors, differences, outcomes, parked } from '../../schemas/topics.ts';
import type { Configuration } from '../platform/config/read.ts';
import { goLiveReport, goLiveSince } from '../operations/report/go-live.ts';
import { openEnds } from '../operations/story/open-ends.ts';
import { momentOf, stockAt } from '../operations/story/stock-at.ts';
import { openTopicAdmin } from '../platform/kafka/connect.ts';
import { openValueReader } from '../platform/kafka/value-reader.ts';
import type { ReadAll, Undecodable } from '../platform/kafka/types.ts';
import type { TopicAdmin } from '../platform/kafka/topic-admin.ts';
import { kafkaOptions } from '../platform/lifecycle/kafka-options.ts';
import { settlesWithin } from '../platform/waiting.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import { groupIn, groupOf } from '../platform/groups.ts';
import { openProcess } from '../platform/lifecycle/process.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import { flows } from './flows.ts';
import { Access } from './access/access.ts';
import { LiveFeed } from './http/live-feed.ts';
import { appOf } from './http/app.ts';
import { consoleRoutes } from './http/routes.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { ConsoleState } from './state/console-state.ts';
import { Lags } from './state/lags.ts';
import { historyOf, modeOfFlow, statusOf } from './status.ts';
import { watchSides } from './sides.ts';
import { openStories } from './stories.ts';
import type { StoryConfiguration } from './stories.ts';
import { Telling } from './telling.ts';

/** How far back outcomes are read at start: enough for the last hour and yesterday's orders, seconds to read. */
const historyMs = 24 * 3_600_000;
/** How far back the acts of people are shown. */
const actsMs = 30 * 24 * 3_600_000;
const lagIntervalMs = 3_000;
/** How long the end waits for the lag that is being asked. */
const lastLagMs = 1_000;

/**
 * The page that shows what goes on. It keeps nothing of its own: all it knows is read from the topics when it starts,
 * and then live. All but the probes is behind a log-in.
 */
export async function startConsole(
  configuration: Configuration<'console'> & StoryConfiguration,
  life: Life,
): Promise<void> {
  const { config } = configuration;
  const process = await openProcess('console', configuration, life);
  const { clock } = process.context;
  const since = clock.now() - historyMs;
  const state = new ConsoleState(config.instance, () => feed.changed());
  const admin = openTopicAdmin(kafkaOptions(configuration, 'console-lag', process.log));
  const lags = openLags(process, configuration, { admin, onChange: () => feed.changed() });
  const readings = { complete: false };
  const troubles = () =>
    [process.bus.unhealthyReason(), lags.unhealthyReason()].filter((one) => one !== null);
  const { ends, sides } = openSides(configuration, process, () => feed.changed());
  const status = () =>
    statusOf({
      instance: config.instance,
      modes: config.flows,
      state,
      since,
      troubles,
      sides,
      lags,
      complete: () => readings.complete,
      now: () => clock.now(),
    });
  const feed = new LiveFeed({ snapshot: () => JSON.stringify(status()) });

  const access = new Access({
    instance: config.instance,
    settings: () => configuration.current().console,
    now: () => clock.now(),
  });
  if (config.console.withoutLogin)
    process.log.warn('whoever reaches this port may use the console: there is no log-in');
  // The page says so itself, just when it is needed.
  process.checks.show('kafka', () => process.bus.unhealthyReason());
  process.checks.need('topics', () => (readings.complete ? null : 'still reading what has happened'));
  const routes = {
    access,
    status,
    history: () => historyOf({ state, now: () => clock.now() }),
    state,
    story: openStories(configuration, process, state, ends),
    stockAt: openStockAt(configuration, process),
    goLive: openGoLive(configuration, process, admin),
    feed,
    acts: {
      bus: process.bus,
      instance: config.instance,
      openReader: () => openValueReader(kafkaOptions(configuration, 'console-values', process.log)),
    },
  };
  await process.listen(
    appOf(
      (app) => consoleRoutes(app, routes),
      (error) => process.log.error({ err: error }, 'request failed'),
    ),
  );
  // After `listen`, so that open event streams end before the server waits for its answers under way.
  process.onStop(() => feed.close());
  lags.start();

  const opened = await readTopics(process, state, since);
  process.onStop(async () => void (await Promise.all(opened.map((reading) => reading.stop()))));
  void caughtUp(opened).then((all) => {
    readings.complete = all;
    feed.changed();
  });
}

/** Both sides, and what is wrong with them. */
function openSides(configuration: StoryConfiguration, process: Process, onChange: () => void) {
  // The rights of whoever writes orders to the ERP are not for what people reach with a browser.
  const ends = openEnds(configuration, process, false);
  process.onStop(() => ends.close());
  return { ends, sides: watchSides(ends, process, onChange) };
}

async function readTopics(process: Process, state: ConsoleState, since: number): Promise<ReadAll[]> {
  const { bus, log } = process;
  const onUndecodable = ({ topic, partition, offset, undecodable }: Undecodable) =>
    log.warn({ topic, partition, offset, cause: undecodable.what }, 'record not shown');
  return Promise.all([
    bus.readAll(outcomes, {
      sinceMs: since,
      onRecord: ({ value }) => value !== null && state.takeOutcome(value),
      onUndecodable,
    }),
    bus.readAll(parked, {
      onRecord: ({ key, value }) => state.takeParked(key, value),
      onRecreated: () => state.forgetParked(),
      onUndecodable,
    }),
    bus.readAll(differences, {
      onRecord: ({ key, value }) => state.takeDifference(key, value),
      onRecreated: () => state.forgetDifferences(),
      onUndecodable,
    }),
    bus.readAll(audit, {
      sinceMs: process.context.clock.now() - actsMs,
      onRecord: ({ value }) => value !== null && state.takeAct(value),
      onUndecodable,
    }),
    bus.readAll(controls, { onRecord: ({ value }) => state.takeControl(value), onUndecodable }),
    bus.readAll(cursors, {
      onRecord: ({ key, value }) => state.takeCursor(key, value),
      onRecreated: () => state.forgetCursors(),
      onUndecodable,
    }),
  ]);
}

/** False when the process stops before the topics were read to their ends. */
async function caughtUp(readings: ReadAll[]): Promise<boolean> {
  const all = await Promise.allSettled(readings.map((reading) => reading.caughtUp));
  return all.every((one) => one.status === 'fulfilled');
}

/** Of few at a time, as stories. */
function openStockAt(configuration: StoryConfiguration, { bus }: Process) {
  const { instance, stock } = configuration.config;
  const telling = new Telling(2);
  return async (sku: string, text: string, source: string) => {
    const at = momentOf(text);
    // Read each time: mappings are renewed while it runs.
    const sources = Object.keys(stock.sources);
    return telling.to(source, () => stockAt(bus, sku, { instance, sources, at }));
  };
}

/** One at a time: it reads all that has become of the records. */
function openGoLive(configuration: Configuration<never>, { bus, context }: Process, admin: TopicAdmin) {
  const oneReport = oneAtATime();
  return async (text: string) => {
    const now = context.clock.now();
    const since = goLiveSince(text, now);
    return oneReport(() => goLiveReport({ bus, admin }, configuration.config, { since, now }));
  };
}

function openLags(
  process: Process,
  configuration: Configuration<never>,
  { admin, onChange }: { admin: TopicAdmin; onChange: () => void },
): Lags {
  const { instance } = configuration.config;
  const sources = [...Map.groupBy(flows, (flow) => flow.process)].map(([name, own]) => ({
    group: groupIn(modeOfFlow(own[0]!, configuration.config.flows), groupOf(instance, name)),
    topics: own.map((flow) => flow.topic),
  }));
  const lags = new Lags({
    admin,
    sources,
    clock: process.context.clock,
    intervalMs: lagIntervalMs,
    onChange,
  });
  // A broker that takes requests and gives no answers would hold the end up.
  process.onStop(() =>
    settlesWithin(
      lags.stop().then(() => admin.close()),
      lastLagMs,
    ),
  );
  return lags;
}

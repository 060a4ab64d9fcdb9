import type { RequestListener } from 'node:http';
import { followAuthorities } from '../config/authorities.ts';
import type { Configuration } from '../config/read.ts';
import { MappingsWatch } from '../config/watch.ts';
import { Defect, keepForeignText } from '../errors.ts';
import { FollowedControls } from '../flow/controls.ts';
import type { FlowContext } from '../flow/context.ts';
import { startAdminServer } from '../http/server.ts';
import { groupOf } from '../groups.ts';
import { connectKafka } from '../kafka/connect.ts';
import type { Bus } from '../kafka/types.ts';
import { kafkaOptions } from './kafka-options.ts';
import { openLog } from '../telemetry/log.ts';
import type { Log } from '../telemetry/log.ts';
import { openMetrics } from '../telemetry/metrics.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { openTracing } from '../telemetry/tracing.ts';
import { systemClock } from '../clock.ts';
import { Checks } from './checks.ts';
import type { Life } from './life.ts';
import { exitOnBug } from './signals.ts';

/** What every process has, whatever it does: broker, log, metrics, traces, its HTTP face, an orderly end. */
export interface Process {
  name: string;
  bus: Bus;
  log: Log;
  metrics: Metrics;
  context: FlowContext;
  /** What it needs to serve whoever calls it, and what is only shown; `running` and `kafka` are needed from the start. */
  checks: Checks;
  /** Adds something to be stopped; the last one added is stopped first, and at once when the end has begun. */
  onStop: (stop: () => unknown) => void;
  /** Aborted when the process is to end, which may be while it starts: what waits for something gives up. */
  stopping: AbortSignal;
  /** Opens the HTTP face; called when all is wired. */
  listen: (pages?: RequestListener) => Promise<void>;
}

const stillInUse =
  'the configuration cannot be used as it is now: the mappings and secrets of before stay in force';

/** Opens what every process has. What is started here is stopped last of all. */
export async function openProcess(
  name: string,
  configuration: Configuration<never>,
  life: Life,
  connect: typeof connectKafka = connectKafka,
): Promise<Process> {
  const { instance, kafka, http, telemetry, policy } = configuration.config;
  const log = openLog(name, instance, telemetry.logLevel);
  keepForeignText(telemetry.foreignText);
  exitOnBug((error) => log.fatal({ err: error }, 'process failed'));
  life.stopping.addEventListener('abort', () => log.info('stopping'), { once: true });
  life.onStop(() => log.info('stopped'));
  configuration.reportTo((why) =>
    log.error({ why, fix: 'Correct the file; it is read again by itself' }, stillInUse),
  );
  followAuthorities((error) => log.warn({ err: error }, 'certificate authorities cannot be read again'));
  const metrics = openMetrics(name, instance);
  const tracing = await openTracing({
    process: name,
    instance,
    otlpUrl: telemetry.otlpUrl,
    sampledShare: telemetry.sampledShare,
  });
  life.onStop(() => tracing.close());
  const bus = connect({ ...kafkaOptions(configuration, name, log), onDead: endProcess });
  life.onStop(() => bus.close());
  const mappings = new MappingsWatch(configuration, log, systemClock);
  mappings.start();
  life.onStop(() => mappings.stop());
  const controls = new FollowedControls(bus, instance, log);
  const context: FlowContext = {
    bus,
    group: groupOf(instance, name),
    log,
    metrics,
    clock: systemClock,
    random: Math.random,
    policy,
    mappings,
    controls,
    sessionTimeoutMs: kafka.sessionTimeoutMs,
  };
  const checks = new Checks();
  // First of all the balancers hear of the end; what takes requests goes on until they have (see `onStop` there).
  checks.need('running', () => (life.stopping.aborted ? 'the process is ending' : null));
  checks.need('kafka', () => bus.unhealthyReason());
  checks.tell('paused', () => controls.whyPaused(name));
  return {
    name,
    bus,
    log,
    metrics,
    context,
    stopping: life.stopping,
    checks,
    onStop: (stop) => life.onStop(stop),
    listen: async (pages) => {
      const server = await startAdminServer({
        host: http.host,
        port: http.port,
        ready: () => checks.readiness(),
        metrics: () => {
          checks.export(metrics.ready);
          return metrics.registry.metrics();
        },
        onError: (error) => log.error({ err: error }, 'request failed'),
        ...(pages ? { pages } : {}),
      });
      life.onStop(() => server.close());
      log.info({ url: server.url }, 'started');
    },
  };
}

/** What only a restart mends ends the process, as an error that nobody caught: whoever runs it starts it again. The words are ours, so they may be told. */
function endProcess(why: string): void {
  setImmediate(() => {
    throw new Defect(why);
  });
}

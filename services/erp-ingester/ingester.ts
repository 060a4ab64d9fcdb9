import type { Configuration } from '../platform/config/read.ts';
import { openPool, renewing } from '../erp/pool.ts';
import { connectionSource } from '../erp/connection.ts';
import { SlotLost } from '../erp/replication/faults.ts';
import { Rejected, Unavailable, messageOf } from '../platform/errors.ts';
import { backOffMs } from '../platform/flow/outcome/policy.ts';
import { settlesWithin, unlessAborted } from '../platform/waiting.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import { openProcess } from '../platform/lifecycle/process.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import { sinkCalls } from '../platform/telemetry/sink-calls.ts';
import { LogCursors } from './cursor.ts';
import { IngesterSession } from './session.ts';
import { takeSlot } from './slot-session.ts';
import { watchSlot } from './slot-watch.ts';
import { openStreams } from './stream.ts';

/** What is asked about the slot is asked again by then: an answer that never comes must not end the asking. */
const slotQuestionMs = 5_000;
/** How long the end waits for a query that runs; the end of the process cuts it. */
const poolEndMs = 1_000;

/**
 * ERP to Kafka. Takes the replication slot, loads what was never loaded, then follows the log; starts over when the
 * database or the slot goes away. Of several replicas the holder of the slot works, the others wait for it.
 */
export async function startErpIngester(
  configuration: Configuration<'erp' | 'fulfilments'>,
  life: Life,
): Promise<void> {
  const { config } = configuration;
  const process = openProcess('erp-ingester', configuration, life);
  const streams = openStreams(config.erp.streams);
  if (streams.length === 0) {
    // An ERP that is only written to, over HTTP, has no database here to be asked.
    process.log.warn('no streams are configured: nothing is read from the ERP');
    return process.listen();
  }
  const connection = connectionSource(configuration, process.log);
  const { metrics, context } = process;
  const pool = openPool(
    { ...renewing(connection), max: config.erp.connection.maxConnections },
    sinkCalls(metrics, 'erp'),
  );
  const slotPool = openPool(
    { ...renewing(connection), max: 1, query_timeout: slotQuestionMs },
    sinkCalls(metrics, 'erp'),
  );
  process.onStop(() => settlesWithin(Promise.all([pool.end(), slotPool.end()]), poolEndMs));
  process.onStop(
    watchSlot({ connection: renewing(connection), slot: config.erp.slot, metrics, clock: context.clock }),
  );
  const cursors = new LogCursors(process.bus, `${config.instance}/${config.erp.slot}`, process.context.clock);
  const { stopping } = process;
  let unhealthyReason: string | null = 'starting';
  let standby = false;
  process.checks.need('log', () => (standby ? null : unhealthyReason));
  await process.listen();
  const running = (async () => {
    for (let failures = 0; !stopping.aborted;)
      try {
        const options = { erp: config.erp, connection: connection(), pool, streams, cursors };
        const slot = await unlessAborted(takeSlot(options), stopping);
        standby = false;
        const session = new IngesterSession({ slot, streams, pool, slotPool, cursors, config, process });
        await session.run(stopping, () => {
          unhealthyReason = null;
          failures = 0;
        });
      } catch (error) {
        if (stopping.aborted) break;
        failures += 1;
        unhealthyReason = messageOf(error);
        standby = error instanceof Unavailable && error.fault.code === 'replication.slot_in_use';
        logEnd(process, error, standby, failures);
        const { policy, random, clock } = process.context;
        await clock.wait(
          standby ? policy.retryInitialMs * 2 : backOffMs(failures, policy, random()),
          stopping,
        );
      }
  })();
  process.onStop(() => running);
}

function logEnd(process: Process, error: unknown, standby: boolean, failures: number): void {
  if (standby) {
    if (failures === 1) process.log.info('another process holds the replication slot: standing by');
    return;
  }
  const fault = error instanceof Unavailable || error instanceof Rejected ? error.fault : { err: error };
  if (error instanceof SlotLost)
    process.log.error({ failures, ...fault }, 'changes of the log are lost: everything is loaded anew');
  else process.log.error({ failures, ...fault }, 'the log is not read, trying again');
}

import type { Configuration } from '../platform/config/read.ts';
import { ChangesLost, SourceInUse } from '../erp/sources/change-source.ts';
import { openErp } from '../erp/sources/open-erp.ts';
import { Rejected, Unavailable, messageOf } from '../platform/errors.ts';
import { backOffMs } from '../platform/flow/outcome/policy.ts';
import { unlessAborted } from '../platform/waiting.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import { openProcess } from '../platform/lifecycle/process.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import { groupOfPart } from '../platform/groups.ts';
import { SourceCursors } from './cursor.ts';
import { PartitionLease } from './partition-lease.ts';
import { PublishedReadings } from './published-reading.ts';
import { IngesterSession } from './session.ts';
import { withShape } from './stream.ts';
import { takeSource } from './take-source.ts';

/**
 * ERP to Kafka. Takes the source of changes, loads what was never loaded, then follows it; starts over when the ERP or
 * the source goes away. Of several replicas the one that holds the source works, the others wait for it.
 */
export async function startErpIngester(
  configuration: Configuration<'erp' | 'fulfilments'>,
  life: Life,
): Promise<void> {
  await ingest(configuration, await openProcess('erp-ingester', configuration, life));
}

/** Resolves when its HTTP face is open; the source is taken meanwhile, and again. */
export async function ingest(
  configuration: Configuration<'erp' | 'fulfilments'>,
  process: Process,
  open = openErp,
): Promise<void> {
  const { config } = configuration;
  if (Object.keys(config.erp.streams).length === 0) {
    // An ERP that is only written to, over HTTP, has no database here to be asked.
    process.log.warn('no streams are configured: nothing is read from the ERP');
    return process.listen();
  }
  const { log, metrics, context, stopping } = process;
  const { clock, sessionTimeoutMs } = context;
  const lease = new PartitionLease({
    bus: process.bus,
    group: groupOfPart(context.group, 'source'),
    sessionTimeoutMs,
    clock,
  });
  process.onStop(() => lease.stop());
  const erp = open(configuration, { log, metrics, clock, lease, bus: process.bus });
  process.onStop(() => erp.source.close());
  const streams = erp.streams.map(withShape);
  const cursors = new SourceCursors(process.bus, config.instance, context.clock);
  const readings = new PublishedReadings();
  process.onStop(() => readings.stop());
  let unhealthyReason: string | null = 'starting';
  let standby = false;
  process.checks.need('log', () => (standby ? null : unhealthyReason));
  await process.listen();
  const running = (async () => {
    for (let failures = 0; !stopping.aborted;)
      try {
        const taken = await unlessAborted(takeSource(erp.source, cursors, streams), stopping);
        standby = false;
        const session = new IngesterSession({ ...taken, streams, readings, cursors, config, process });
        await session.run(stopping, () => {
          unhealthyReason = null;
          failures = 0;
        });
      } catch (error) {
        if (stopping.aborted) break;
        failures += 1;
        unhealthyReason = messageOf(error);
        standby = error instanceof SourceInUse;
        logEnd(process, error, standby, failures);
        const { policy, random, clock } = context;
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
    if (failures === 1) process.log.info('another process holds the source of changes: standing by');
    return;
  }
  const fault = error instanceof Unavailable || error instanceof Rejected ? error.fault : { err: error };
  if (error instanceof ChangesLost)
    process.log.error({ failures, ...fault }, 'changes are lost: everything is loaded anew');
  else process.log.error({ failures, ...fault }, 'changes are not read, trying again');
}

import type { Span } from '@opentelemetry/api';
import { Unavailable } from '../errors.ts';
import type { Fault } from '../errors.ts';
import type { Lease, Received, Undecodable } from '../kafka/types.ts';
import { Breaker } from './breaker.ts';
import type { FlowContext } from './context.ts';
import type { Handled } from './outcome.ts';
import type { Parking } from './parking.ts';
import { decide, recordFault } from './policy.ts';
import { report } from './report.ts';

/** What becomes of a record after a try: finished (and its offset may be), or to be tried again. */
export type Settled = { finished: true } | { finished: false; delayMs: number; unknown: boolean };

/** A record whose handling began, with what is needed to settle it. */
export interface Tried {
  record: Received<never>;
  lease: Lease;
  attempts: number;
  startedAt: number;
  span: Span | null;
}

/**
 * The one place that acts on the result of a try (design.md, promise 5): parks, waits, reports, moves the breaker.
 * Shared by flows of states and of documents.
 */
export class Settlement {
  readonly breaker: Breaker;
  private readonly context: FlowContext;
  private readonly flow: string;
  private readonly parking: Parking;
  private readonly probe: (() => Promise<void>) | undefined;

  constructor(context: FlowContext, flow: string, parking: Parking, probe?: () => Promise<void>) {
    this.context = context;
    this.flow = flow;
    this.parking = parking;
    this.probe = probe;
    this.breaker = new Breaker(context.policy, context.random);
  }

  /** The handler returned. Resolves when all that is to be told is acknowledged. */
  async handled(tried: Tried, result: Handled): Promise<void> {
    this.breaker.succeeded();
    await this.insist(tried.lease, () => this.parking.settle(tried.record));
    await this.tell(tried, { ...result });
  }

  /** The handler threw. `record at fault` is parked and finished, all else is to be tried again. */
  async failed(tried: Tried, error: unknown): Promise<Settled> {
    const { policy, clock, metrics } = this.context;
    const decision = decide(error, tried.attempts, policy, this.context.random());
    if (decision.kind === 'park') {
      if (decision.fault.code === 'bug') this.logBug(tried, error);
      return this.park(tried, decision.status, decision.fault);
    }
    if (decision.kind === 'probe' && (await this.probeSucceeds()))
      return this.park(tried, 'rejected', recordFault(decision.fault, tried.attempts));
    metrics.retries.inc({ flow: this.flow, code: decision.fault.code });
    const unknown = decision.kind !== 'again' && decision.unknown;
    this.logRetry(tried, decision.fault, decision.delayMs, unknown);
    if (decision.kind === 'again') {
      this.breaker.inconclusive();
      this.logBug(tried, error);
    } else {
      const needsOperator = decision.kind === 'wait' && decision.needsOperator;
      const retryAfterMs = error instanceof Unavailable ? (error.retryAfterMs ?? 0) : 0;
      this.breaker.failed(clock.now(), { needsOperator, retryAfterMs });
    }
    this.showBreaker();
    tried.span?.setAttribute('error.type', decision.fault.code);
    tried.span?.end();
    return { finished: false, delayMs: decision.delayMs, unknown };
  }

  /** A newer record of the key took its place before it was written. Told without waiting: nothing hangs on it. */
  superseded(tried: Tried): void {
    this.context.metrics.coalesced.inc({ flow: this.flow });
    this.tell(tried, {
      status: 'superseded',
      cause: 'a newer record of the same key came before it was written',
    }).catch((error: unknown) =>
      this.context.log.warn({ err: error, flow: this.flow }, 'outcome not published'),
    );
  }

  async undecodable(lease: Lease, record: Undecodable): Promise<void> {
    const { code, what, fix } = record.undecodable;
    const { topic, partition, offset } = record;
    this.context.log.error(
      { flow: this.flow, topic, partition, offset, code, cause: what, fix },
      'record cannot be read',
    );
    this.context.metrics.records.inc({ flow: this.flow, topic, status: 'rejected' });
    await this.insist(lease, () => this.parking.parkUndecodable(record));
    this.showParked();
  }

  private async park(tried: Tried, status: 'rejected' | 'held', fault: Fault): Promise<Settled> {
    if (status === 'held') this.breaker.succeeded();
    else if (this.breaker.rejected(this.context.clock.now()))
      this.context.log.error(
        {
          flow: this.flow,
          code: fault.code,
          fix: 'Look at what the rejected records have in common: `cartage parked list`',
        },
        'flow stopped: too many rejections in a row',
      );
    this.showBreaker();
    await this.insist(tried.lease, () => this.parking.park(tried.record, status, fault, tried.attempts));
    this.showParked();
    await this.tell(tried, { status, fault });
    return { finished: true };
  }

  private async tell(
    tried: Tried,
    verdict: {
      status: Handled['status'] | 'held' | 'rejected';
      fault?: Fault;
      targetId?: string;
      cause?: string;
    },
  ) {
    this.showBreaker();
    const { record, attempts, startedAt, span } = tried;
    let told = false;
    await this.insist(tried.lease, () => {
      // Metrics, span and log line once, however often the broker has to be asked.
      const first = !told;
      told = true;
      return report(
        this.context,
        this.flow,
        record,
        { ...verdict, attempts, startedAt },
        first ? span : null,
      );
    });
  }

  /** Until the broker has it: an offset must not be finished before. Gives up only with the lease. */
  private async insist(lease: Lease, publish: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries += 1)
      try {
        return await publish();
      } catch (error) {
        if (!lease.held()) throw error;
        this.context.log.warn({ err: error, flow: this.flow, tries }, 'publishing failed, trying again');
        await this.context.clock.wait(this.context.policy.retryInitialMs);
      }
  }

  private async probeSucceeds(): Promise<boolean> {
    if (!this.probe) return false;
    try {
      await this.probe();
      return true;
    } catch {
      return false;
    }
  }

  private logRetry(tried: Tried, fault: Fault, delayMs: number, unknown: boolean): void {
    const { topic, partition, offset, key } = tried.record;
    this.context.log.warn(
      {
        flow: this.flow,
        topic,
        partition,
        offset,
        key,
        attempts: tried.attempts,
        delayMs,
        unknown,
        code: fault.code,
        cause: fault.what,
        why: fault.why,
        fix: fault.fix,
      },
      unknown ? 'outcome unknown, looking again later' : 'try failed, waiting',
    );
  }

  private logBug(tried: Tried, error: unknown): void {
    this.context.log.error({ flow: this.flow, key: tried.record.key, err: error }, 'unforeseen error');
  }

  private showBreaker(): void {
    this.context.metrics.breaker.set({ flow: this.flow }, this.breaker.state);
  }

  private showParked(): void {
    this.context.metrics.parked.set({ flow: this.flow }, this.parking.size());
  }
}

import { outcomes } from '../../../../schemas/topics.ts';
import { Rejected, Unavailable } from '../../errors.ts';
import type { Fault } from '../../errors.ts';
import type { Lease, Received, Undecodable } from '../../kafka/types.ts';
import { Breaker } from './breaker.ts';
import { markFailed } from '../../telemetry/tracing.ts';
import { underFence } from '../../fence.ts';
import type { FlowContext } from '../context.ts';
import type { Handled } from './outcome.ts';
import type { Parking } from './parking.ts';
import { decide, pressed, recordFault } from './policy.ts';
import { logBug, logRetry, report } from './report.ts';
import { shortText } from './short-key.ts';
import { Suspects } from './suspects.ts';
import type { AfterTry, Tried } from './tried.ts';

/**
 * Superseded records that are told of at most, at a time and in each of these spans. Of a backlog with ten changes a key
 * there would be more of such words than of writes, and nothing holds the reading back until the broker has them: the
 * others are only counted.
 */
const supersededMax = 500;
const supersededSpanMs = 10_000;

/**
 * The one place that acts on the result of a try: parks, waits, reports, moves the breaker.
 * Shared by flows of states and of documents.
 */
export class Verdicts {
  readonly breaker: Breaker;
  readonly arrived = (kinds: readonly string[], name: string): void => this.#parking.arrived(kinds, name);
  readonly #context: FlowContext;
  readonly #flow: string;
  readonly #parking: Parking;
  /** Calls, and errors of calls, that the breaker knows: one may be that of many records. */
  readonly #counted = new WeakSet<object>();
  readonly #suspects: Suspects;
  /** Superseded records: being told of now, and begun to be told of in the span that began then. */
  readonly #telling = { now: 0, inSpan: 0, since: -Infinity };

  constructor(context: FlowContext, flow: string, parking: Parking, probe: () => Promise<void>) {
    this.#context = context;
    this.#flow = flow;
    this.#parking = parking;
    this.#suspects = new Suspects(context.clock, probe);
    this.breaker = new Breaker(context.policy, context.random);
  }

  /** The handler returned. Resolves when all that is to be reported is acknowledged. */
  async handled(tried: Tried, result: Handled): Promise<void> {
    this.breaker.succeeded(this.#isNews(tried.call ?? tried));
    if (result.status === 'applied') this.#suspects.wroteWell();
    await this.#publishUntilAcknowledged(tried.lease, () => this.#parking.clear(tried.record));
    if (tried.unsettled) {
      this.#showBreaker();
      tried.span?.end();
    } else await this.#tell(tried, { ...result });
  }

  /** The handler threw. `record at fault` is parked and finished, all else is to be tried again. */
  async failed(tried: Tried, error: unknown): Promise<AfterTry> {
    const { policy, random } = this.#context;
    const decision = decide(error, tried.attempts, tried.pressing ? pressed(policy) : policy, random());
    if (decision.kind === 'park') {
      if (decision.fault.code === 'bug') logBug(this.#context, this.#flow, tried, error);
      return this.#park(tried, decision.status, decision.fault, false);
    }
    if (decision.kind === 'later') {
      this.breaker.succeeded(this.#isNews(tried.call ?? tried));
      // A whole partition does not wait for what may never come.
      if (tried.pressing) {
        await this.#tell(tried, {
          status: 'unchanged',
          cause: `${decision.fault.what}; given up, others wait`,
        });
        return { finished: true, unknown: false };
      }
      this.#showBreaker();
      tried.span?.end();
      return { finished: false, delayMs: decision.delayMs, unknown: false, lastLook: null };
    }
    const unknown = decision.kind !== 'again' && decision.unknown;
    const looksAgain = decision.kind === 'probe' && decision.isLast && unknown && tried.looks === true;
    const mayBeRecord = decision.kind === 'probe' && !looksAgain && !tried.shared;
    if (mayBeRecord && (await this.#suspects.isAtFault(tried.countedOn ?? tried.record, decision.isLast)))
      return this.#park(tried, 'rejected', recordFault(decision.fault, tried.attempts, unknown), unknown);
    this.#context.metrics.retries.inc({ flow: this.#flow, code: decision.fault.code });
    logRetry(this.#context, this.#flow, tried, decision.fault, { delayMs: decision.delayMs, unknown });
    if (decision.kind === 'again') {
      this.breaker.inconclusive();
      logBug(this.#context, this.#flow, tried, error);
    } else this.#countFailure(error);
    this.#showBreaker();
    if (tried.span) markFailed(tried.span, decision.fault.code);
    tried.span?.end();
    const lastLook = looksAgain ? new Unavailable(decision.fault, { perhapsRecord: true }) : null;
    return { finished: false, delayMs: decision.delayMs, unknown, lastLook };
  }

  /** Whether one record of a batch may be at fault for all of it, so that the batch is to be split. */
  async mayBeOneRecord(error: unknown, attempts: number): Promise<boolean> {
    if (error instanceof Rejected) return true;
    if (attempts < 2) return false;
    if (!(error instanceof Unavailable)) return true;
    // The halves of a batch knock at a door that is closed to all, unless a probe shows that it is not.
    return error.perhapsRecord && (await this.#suspects.probeSucceeds());
  }

  /** A newer record of the key took its place before it was written. Told without waiting: nothing hangs on it. */
  superseded(tried: Tried): void {
    const { metrics, log } = this.#context;
    const flow = this.#flow;
    metrics.coalesced.inc({ flow });
    if (this.#isEnoughTold()) {
      metrics.records.inc({ flow, topic: tried.record.topic, status: 'superseded' });
      return;
    }
    this.#telling.now += 1;
    this.#telling.inSpan += 1;
    this.#tell(tried, {
      status: 'superseded',
      cause: 'a newer record of the same key came before it was written',
    })
      .catch((error: unknown) => log.warn({ err: error, flow }, 'outcome not published'))
      .finally(() => (this.#telling.now -= 1));
  }

  /** The same of many, of which nothing was tried. What cannot be read asks for nothing any more: it is only counted. */
  overtaken(lease: Lease, records: readonly Received<never>[]): void {
    const startedAt = this.#context.clock.now();
    let counted = 0;
    for (const record of records)
      if (this.#isEnoughTold() || record.open?.()) counted += 1;
      else this.superseded({ record, lease, attempts: 0, startedAt, span: null });
    if (counted === 0) return;
    const { metrics } = this.#context;
    metrics.coalesced.inc({ flow: this.#flow }, counted);
    metrics.records.inc({ flow: this.#flow, topic: lease.topic, status: 'superseded' }, counted);
  }

  async undecodable(lease: Lease, record: Undecodable): Promise<void> {
    const { code, what, fix } = record.undecodable;
    const { topic, partition, offset } = record;
    this.#context.log.error(
      { flow: this.#flow, topic, partition, offset, code, cause: what, fix },
      'record cannot be read',
    );
    this.#context.metrics.records.inc({ flow: this.#flow, topic, status: 'rejected' });
    await this.#publishUntilAcknowledged(lease, () => this.#parking.parkUndecodable(record));
  }

  #isEnoughTold(): boolean {
    const now = this.#context.clock.now();
    if (now - this.#telling.since >= supersededSpanMs)
      Object.assign(this.#telling, { inSpan: 0, since: now });
    return Math.max(this.#telling.now, this.#telling.inSpan) >= supersededMax;
  }

  #countFailure(error: unknown): void {
    if (!(error instanceof Unavailable) || !this.#isNews(error)) return;
    const { needsOperator, retryAfterMs = 0, fault } = error;
    const pauseMs = this.breaker.failed(this.#context.clock.now(), { needsOperator, retryAfterMs });
    if (pauseMs === 0) return;
    this.#context.metrics.breakerOpens.inc({ flow: this.#flow, code: fault.code });
    this.#context.log.warn(
      { flow: this.#flow, code: fault.code, cause: fault.what, why: fault.why, fix: fault.fix, pauseMs },
      'the other side fails: nothing is sent for a while',
    );
  }

  #isNews(call: object): boolean {
    if (this.#counted.has(call)) return false;
    this.#counted.add(call);
    return true;
  }

  async #park(tried: Tried, status: 'rejected' | 'held', fault: Fault, unknown: boolean): Promise<AfterTry> {
    if (status === 'held') this.breaker.succeeded(this.#isNews(tried.call ?? tried));
    else if (this.breaker.rejected(this.#context.clock.now())) {
      this.#context.metrics.breakerOpens.inc({ flow: this.#flow, code: fault.code });
      this.#context.log.error(
        {
          flow: this.#flow,
          code: fault.code,
          cause: shortText(fault.what),
          fix: 'Look at what the rejected records have in common: `cartage parked list`',
        },
        'flow stopped: too many rejections',
      );
    }
    this.#showBreaker();
    await this.#publishUntilAcknowledged(tried.lease, () =>
      this.#parking.park(tried.record, status, fault, tried.attempts),
    );
    await this.#tell(tried, { status, fault });
    return { finished: true, unknown };
  }

  async #tell(
    tried: Tried,
    verdict: {
      status: Handled['status'] | 'held' | 'rejected';
      fault?: Fault;
      targetId?: string;
      cause?: string;
    },
  ) {
    this.#showBreaker();
    const { record, attempts, startedAt, span } = tried;
    const outcome = report(this.#context, this.#flow, record, { ...verdict, attempts, startedAt }, span);
    await this.#publishUntilAcknowledged(tried.lease, () => this.#context.bus.publish(outcomes, outcome));
  }

  /**
   * Until the broker has it: an offset must not be finished before. Gives up with the lease, and what no broker will
   * ever take, loudly: it would hold its slot and its offset for good.
   */
  async #publishUntilAcknowledged(lease: Lease, publish: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries += 1)
      try {
        return await underFence(lease, publish);
      } catch (error) {
        if (!lease.isCurrent()) throw error;
        if (error instanceof Rejected) {
          const { topic, partition } = lease;
          this.#context.log.error(
            { flow: this.#flow, topic, partition, ...error.fault },
            'what became of a record cannot be published: this line alone tells of it',
          );
          return;
        }
        this.#context.log.warn({ err: error, flow: this.#flow, tries }, 'publishing failed, trying again');
        await this.#context.clock.wait(this.#context.policy.retryInitialMs);
      }
  }

  #showBreaker(): void {
    this.#context.metrics.breaker.set({ flow: this.#flow }, this.breaker.state);
  }
}

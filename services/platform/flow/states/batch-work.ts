import { Unavailable } from '../../errors.ts';
import { LeaseLost, allOf, assertCurrent, underFence } from '../../fence.ts';
import type { Received } from '../../kafka/types.ts';
import { SpanKind, startSpan, underSpan } from '../../telemetry/tracing.ts';
import type { FlowContext } from '../context.ts';
import type { Attempt } from '../outcome/outcome.ts';
import type { Taken } from './pending-entry.ts';
import type { Tried } from '../outcome/tried.ts';
import type { Verdicts } from '../outcome/verdicts.ts';
import { batchAttributes, consumerAttributes } from '../../telemetry/messaging-attributes.ts';
import type { BatchResult, StateFlow } from './state-flow.ts';
import type { StateReader } from './state-reader.ts';

/** A record of a batch, and the partition it is from. */
export interface Member<Value> extends Taken<Value> {
  reader: StateReader<Value>;
}

/** One batch, from the claim on the broker to what became of each record. */
export class BatchWork<Value> {
  readonly #context: FlowContext;
  readonly #flow: StateFlow<Value>;
  readonly #verdicts: Verdicts;

  constructor(context: FlowContext, flow: StateFlow<Value>, verdicts: Verdicts) {
    this.#context = context;
    this.#flow = flow;
    this.#verdicts = verdicts;
  }

  async run(batch: Member<Value>[]): Promise<void> {
    const current = await this.#claimed(batch);
    const [first] = current;
    if (!first) {
      this.#verdicts.breaker.inconclusive();
      return;
    }
    const span = startSpan(`process batch ${first.record.topic}`, {
      kind: SpanKind.CONSUMER,
      parent: null,
      attributes: batchAttributes(first.record.topic, this.#context.group, current.length),
    });
    const startedAt = this.#context.clock.now();
    const tried = new Map(
      current.map((member) => [member, { ...this.#triedOf(member, startedAt, span), call: span }]),
    );
    // With a single record its own trace goes on through the call; several share the batch's.
    const active = current.length === 1 ? tried.get(first)!.span! : span;
    const results = await underSpan(active, () => this.#apply(current));
    span.end();
    await Promise.all(
      current.map((member) =>
        member.reader.conclude(
          member,
          tried.get(member)!,
          results.get(member.record) ?? new Error('the batch gave no result for the record'),
        ),
      ),
    );
  }

  #triedOf(member: Member<Value>, startedAt: number, batch: ReturnType<typeof startSpan>): Tried {
    const record = member.record as unknown as Received<never>;
    const span = startSpan(`process ${record.topic}`, {
      kind: SpanKind.CONSUMER,
      parent: record.traceparent,
      links: [batch.spanContext()],
      attributes: consumerAttributes(record, this.#context.group),
    });
    const { entry: countedOn, attempts } = member;
    return { record, lease: member.reader.lease, attempts, countedOn, startedAt, span };
  }

  /** Drops the entries whose lease is over: the next owner writes them. */
  async #claimed(batch: Member<Value>[]): Promise<Member<Value>[]> {
    const readers = [...new Set(batch.map(({ reader }) => reader))];
    const current = new Set<StateReader<Value>>();
    await Promise.all(
      readers.map(async (reader) => {
        if (await reader.claimed()) current.add(reader);
      }),
    );
    return batch.filter(({ reader }) => current.has(reader));
  }

  /** Writes the batch, and in halves when one of its records may be at fault for all. */
  async #apply(members: Member<Value>[]): Promise<BatchResult<Value>> {
    const attempts = Math.max(...members.map((member) => member.attempts));
    for (const member of members) member.pressing = member.reader.isPressing(member.entry);
    const fence = allOf([...new Set(members.map(({ reader }) => reader.lease))]);
    const attempt: Attempt = {
      number: attempts,
      mode: this.#flow.mode,
      pressing: members.some(({ pressing }) => pressing),
      arrived: this.#verdicts.arrived,
      assertCurrent: () => assertCurrent(members[0]!.record.topic, fence),
    };
    try {
      const records = members.map(({ record }) => record);
      return await underFence(fence, () => this.#flow.apply(records, attempt));
    } catch (error) {
      const isLost = error instanceof LeaseLost;
      if (!isLost && members.length > 1 && (await this.#verdicts.mayBeOneRecord(error, attempts))) {
        const unknown = error instanceof Unavailable && error.outcome === 'unknown';
        for (const member of members) Object.assign(member, { inDoubt: unknown, alone: true });
        // What creates must not be repeated before the outcome is settled: then each is tried alone.
        if (unknown && this.#flow.creates) return failedAlike(members, error);
        const half = Math.ceil(members.length / 2);
        const left = await this.#apply(members.slice(0, half));
        return new Map([...left, ...(await this.#apply(members.slice(half)))]);
      }
      return failedAlike(members, error);
    }
  }
}

function failedAlike<Value>(members: Member<Value>[], error: unknown): BatchResult<Value> {
  for (const member of members) member.shared = members.length > 1;
  const thrown = error instanceof Error ? error : new Error(String(error));
  return new Map(members.map(({ record }) => [record, thrown]));
}

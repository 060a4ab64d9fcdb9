import type { Span } from '@opentelemetry/api';
import type { Outcome } from '../../../../schemas/types.ts';
import type { Fault } from '../../errors.ts';
import type { Publication, Received } from '../../kafka/types.ts';
import { markFailed, traceIdOf, traceparentOf } from '../../telemetry/tracing.ts';
import type { FlowContext } from '../context.ts';
import { documentOf, occurredAtOf, versionOf } from './outcome.ts';
import { shortKey, shortText } from './short-key.ts';

/** One decision about one record. */
export interface Verdict {
  status: 'applied' | 'unchanged' | 'superseded' | 'dry' | 'held' | 'rejected';
  fault?: Fault;
  targetId?: string;
  cause?: string;
  attempts: number;
  startedAt: number;
}

/** Tells of a decision here: metrics, the span's end, one log line. @returns what goes to `cartage.outcomes`. */
export function report(
  context: FlowContext,
  flow: string,
  record: Received<never>,
  verdict: Verdict,
  span: Span | null,
): Publication<Outcome> {
  const finishedAt = context.clock.now();
  const occurredAt = occurredAtOf(record);
  const { status } = verdict;
  context.metrics.records.inc({ flow, topic: record.topic, status });
  context.metrics.lastProgress.set({ flow }, finishedAt / 1000);
  context.metrics.handling.observe({ flow }, Math.max(0, finishedAt - verdict.startedAt) / 1000);
  if (status === 'applied' && occurredAt !== null)
    context.metrics.eventAge.observe({ flow }, Math.max(0, finishedAt - occurredAt) / 1000);
  endSpan(span, verdict);
  writeLine(context, flow, record, verdict, finishedAt);
  return {
    traceparent: span ? traceparentOf(span) : record.traceparent,
    value: outcomeOf(context.group, record, verdict, finishedAt),
  };
}

function outcomeOf(group: string, record: Received<never>, verdict: Verdict, finishedAt: number): Outcome {
  const { status, fault, attempts, startedAt } = verdict;
  return {
    group,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    key: shortKey(record.key),
    documentId: documentOf(record),
    eventId: record.eventId,
    status,
    code: fault?.code ?? null,
    cause: textOf(fault?.what ?? verdict.cause),
    targetId: verdict.targetId ?? null,
    attempts,
    version: versionOf(record),
    occurredAt: occurredAtOf(record),
    publishedAt: record.publishedAt,
    startedAt,
    finishedAt,
    traceId: traceIdOf(record.traceparent),
  };
}

function textOf(text: string | undefined): string | null {
  return text === undefined ? null : shortText(text);
}

function endSpan(span: Span | null, verdict: Verdict): void {
  if (!span) return;
  span.setAttribute('cartage.outcome', verdict.status);
  if (verdict.fault) markFailed(span, verdict.fault.code);
  span.end();
}

function writeLine(
  context: FlowContext,
  flow: string,
  record: Received<never>,
  verdict: Verdict,
  finishedAt: number,
): void {
  const line = {
    flow,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    key: shortKey(record.key),
    document: documentOf(record) ?? undefined,
    eventId: record.eventId,
    traceId: traceIdOf(record.traceparent) ?? undefined,
    outcome: verdict.status,
    targetId: verdict.targetId,
    cause: textOf(verdict.fault?.what ?? verdict.cause) ?? undefined,
    code: verdict.fault?.code,
    why: verdict.fault?.why,
    fix: verdict.fault?.fix,
    attempts: verdict.attempts,
    durationMs: finishedAt - verdict.startedAt,
  };
  if (verdict.status === 'rejected') context.log.error(line, 'record rejected');
  else if (verdict.status === 'held') context.log.warn(line, 'record held');
  else if (verdict.status === 'superseded') context.log.debug(line, 'record superseded');
  else context.log.info(line, `record ${verdict.status}`);
}

interface Failed {
  record: Received<never>;
  attempts: number;
}

/** A try failed and will be repeated. */
export function logRetry(
  context: FlowContext,
  flow: string,
  { record, attempts }: Failed,
  fault: Fault,
  wait: { delayMs: number; unknown: boolean },
): void {
  const { topic, partition, offset, key } = record;
  const { code, what, why, fix } = fault;
  const said = { code, cause: shortText(what), why, fix: shortText(fix) };
  context.log.warn(
    { flow, topic, partition, offset, key: shortKey(key), attempts, ...wait, ...said },
    wait.unknown ? 'outcome unknown, looking again later' : 'try failed, waiting',
  );
}

export function logBug(context: FlowContext, flow: string, { record }: Failed, error: unknown): void {
  context.log.error({ flow, key: shortKey(record.key), err: error }, 'unforeseen error');
}

import { ROOT_CONTEXT, SpanKind, SpanStatusCode, context, trace } from '@opentelemetry/api';
import type { Attributes, Context, Link, Span, SpanContext } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { Rejected, Unavailable } from '../errors.ts';
import type { SpanSource } from './span-export.ts';
import { TraceIds } from './trace-ids.ts';

/**
 * Spans are ours, made by hand: automatic instrumentation of the Kafka client costs a third of the throughput and
 * does not see ES modules.
 */
export interface Tracing {
  close(): Promise<void>;
}

export interface TracingOptions extends SpanSource {
  /** Base address of an OTLP/HTTP receiver, e.g. http://127.0.0.1:4318. Null: trace ids are made, and no spans. */
  otlpUrl: string | null;
}

export async function openTracing(options: TracingOptions): Promise<Tracing> {
  const { otlpUrl } = options;
  const exporting =
    otlpUrl === null ? null : (await import('./span-export.ts')).exportingProvider(otlpUrl, options);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(exporting ?? new TraceIds());
  return {
    close: async () => {
      await exporting?.shutdown();
      context.disable();
    },
  };
}

export interface SpanOptions {
  kind?: SpanKind;
  attributes?: Attributes;
  /** W3C traceparent of what led here; none begins a new trace. */
  parent?: string | null;
  links?: SpanContext[];
  startTime?: number;
}

/** Starts a span under a traceparent, or as the root of a new trace. */
export function startSpan(name: string, options: SpanOptions = {}): Span {
  const links: Link[] = (options.links ?? []).map((linked) => ({ context: linked }));
  const parent = options.parent === undefined ? context.active() : contextOf(options.parent);
  return trace.getTracer('cartage').startSpan(
    name,
    {
      kind: options.kind ?? SpanKind.INTERNAL,
      attributes: options.attributes ?? {},
      links,
      ...(options.startTime ? { startTime: options.startTime } : {}),
    },
    parent,
  );
}

/** Runs `work` with the span active, and leaves its end to the caller. */
export function underSpan<Result>(span: Span, work: () => Promise<Result>): Promise<Result> {
  return context.with(trace.setSpan(context.active(), span), work);
}

/** Runs `work` with the span active, ends it, and records an error on it by its code only: messages may hold data. */
export async function inSpan<Result>(span: Span, work: () => Promise<Result>): Promise<Result> {
  try {
    return await underSpan(span, work);
  } catch (error) {
    markFailed(span, typeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

function typeOf(error: unknown): string {
  if (error instanceof Rejected || error instanceof Unavailable) return error.fault.code;
  return error instanceof Error ? error.name : 'Error';
}

export function markFailed(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The W3C traceparent of a span, or of the active one; null when there is none. */
export function traceparentOf(span: Span | undefined = trace.getActiveSpan()): string | null {
  const current = span?.spanContext();
  if (!current || !trace.isSpanContextValid(current)) return null;
  return `00-${current.traceId}-${current.spanId}-${(current.traceFlags & 1) === 1 ? '01' : '00'}`;
}

/** Whether the trace of a traceparent is recorded. */
export function isSampled(traceparent: string): boolean {
  return (Number.parseInt(traceparent.slice(-2), 16) & 1) === 1;
}

/** The trace id inside a traceparent; null when it is none. */
export function traceIdOf(traceparent: string | null): string | null {
  return traceparent === null ? null : (/^00-([0-9a-f]{32})-/.exec(traceparent)?.[1] ?? null);
}

export { SpanKind };

/** W3C Trace Context; of what is none, nothing is carried on. */
function contextOf(traceparent: string | null): Context {
  const [, traceId, spanId, flags] = traceparent === null ? [] : (traceparentPattern.exec(traceparent) ?? []);
  if (!traceId || !spanId || !flags) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16);
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

/** A later version may have more fields. */
const traceparentPattern = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

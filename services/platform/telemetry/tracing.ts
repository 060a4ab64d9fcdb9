import { hostname } from 'node:os';
import { SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import type { Attributes, Link, Span, SpanContext, Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Sampler } from '@opentelemetry/sdk-trace';
import project from '../../../package.json' with { type: 'json' };
import { Rejected, Unavailable } from '../errors.ts';

/**
 * Spans are ours, made by hand: automatic instrumentation of the Kafka client costs a third of the throughput and
 * does not see ES modules.
 */
export interface Tracing {
  tracer: Tracer;
  close(): Promise<void>;
}

export interface TracingOptions {
  process: string;
  instance: string;
  /** Base address of an OTLP/HTTP receiver, e.g. http://127.0.0.1:4318. Null: trace ids are made, and no spans. */
  otlpUrl: string | null;
  /** Share of new traces that are kept, 0 to 1. */
  sampledShare: number;
}

export function openTracing(options: TracingOptions): Tracing {
  const exporters = options.otlpUrl
    ? [
        new BatchSpanProcessor({
          exporter: new OTLPTraceExporter({ url: `${options.otlpUrl.replace(/\/$/, '')}/v1/traces` }),
          scheduledDelayMillis: 1000,
        }),
      ]
    : [];
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': `cartage-${options.process}`,
      'service.namespace': 'cartage',
      'service.version': project.version,
      // One per replica: a pod has a host name of its own, several on one machine differ by their process.
      'service.instance.id': `${hostname()}/${process.pid}`,
      'cartage.instance': options.instance,
    }),
    sampler: samplerOf(options),
    spanProcessors: exporters,
  });
  const contexts = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contexts);
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return {
    tracer: provider.getTracer('cartage'),
    close: async () => {
      await provider.shutdown();
      context.disable();
    },
  };
}

/** What nobody receives is not recorded either; whether a trace is decides the process where it begins. */
function samplerOf({ otlpUrl, sampledShare }: TracingOptions): Sampler {
  if (otlpUrl === null) return new AlwaysOffSampler();
  return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampledShare) });
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

function contextOf(traceparent: string | null) {
  const root = trace.deleteSpan(context.active());
  return traceparent === null ? root : propagation.extract(root, { traceparent });
}

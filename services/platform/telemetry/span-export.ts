/** What sends spans somewhere. Apart, because it takes much memory to be loaded: by who sends them only. */
import { hostname } from 'node:os';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import project from '../../../package.json' with { type: 'json' };

export interface SpanSource {
  process: string;
  instance: string;
  /** Share of new traces that are kept, 0 to 1. */
  sampledShare: number;
}

const exportEveryMs = 1_000;

/** Whether a trace is recorded decides the process where it begins. */
export function exportingProvider(otlpUrl: string, source: SpanSource): TracerProvider {
  const exporter = new OTLPTraceExporter({ url: `${otlpUrl.replace(/\/$/, '')}/v1/traces` });
  return new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': `cartage-${source.process}`,
      'service.namespace': 'cartage',
      'service.version': project.version,
      // One per replica: a pod has a host name of its own, several on one machine differ by their process.
      'service.instance.id': `${hostname()}/${process.pid}`,
      'cartage.instance': source.instance,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(source.sampledShare) }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: exportEveryMs })],
  });
}

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
import type { TracingOptions } from './tracing.ts';

const exportEveryMs = 1_000;

/** Whether a trace is recorded decides the process where it begins. */
export function exportingProvider(otlpUrl: string, options: TracingOptions): TracerProvider {
  const exporter = new OTLPTraceExporter({ url: `${otlpUrl.replace(/\/$/, '')}/v1/traces` });
  return new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': `cartage-${options.process}`,
      'service.namespace': 'cartage',
      'service.version': project.version,
      // One per replica: a pod has a host name of its own, several on one machine differ by their process.
      'service.instance.id': `${hostname()}/${process.pid}`,
      'cartage.instance': options.instance,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.sampledShare) }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: exportEveryMs })],
  });
}

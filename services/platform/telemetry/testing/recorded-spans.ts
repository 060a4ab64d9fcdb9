import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** Spans of this test file, kept to be looked at. */
export class RecordedSpans {
  readonly #exporter = new InMemorySpanExporter();

  constructor() {
    trace.setGlobalTracerProvider(
      new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: this.#exporter })] }),
    );
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  }

  ended(name: string): ReadableSpan[] {
    return this.#exporter.getFinishedSpans().filter((span) => span.name === name);
  }

  get count(): number {
    return this.#exporter.getFinishedSpans().length;
  }

  forget(): void {
    this.#exporter.reset();
  }
}

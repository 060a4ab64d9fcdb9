import { messageOf } from '../../services/platform/errors.ts';
import { until } from './wait.ts';

/** A span as a reader of Jaeger's query API sees it. */
export interface TraceSpan {
  /** As in `cartage-order-relay`. */
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentId: string | null;
  /** Spans of other traces (or of this one) that it names besides its parent. */
  links: { traceId: string; spanId: string }[];
  tags: Record<string, unknown>;
  /** What its process says of itself. */
  resource: Record<string, unknown>;
  /** UTC microseconds. */
  startedAt: number;
  durationUs: number;
}

interface JaegerTrace {
  spans: {
    traceID: string;
    spanID: string;
    operationName: string;
    startTime: number;
    duration: number;
    processID: string;
    references: { refType: string; traceID: string; spanID: string }[];
    tags: { key: string; value: unknown }[];
  }[];
  processes: Record<string, { serviceName: string; tags: { key: string; value: unknown }[] }>;
}

/** Reads traces back from a Jaeger at this address. */
export class JaegerTraces {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** The spans of a trace so far; none while Jaeger does not know it. */
  async spans(traceId: string): Promise<TraceSpan[]> {
    const answer = await fetch(`${this.#url}/api/traces/${traceId}`);
    if (answer.status === 404) return [];
    const { data } = (await answer.json()) as { data: JaegerTrace[] };
    return data.flatMap(spansOf);
  }

  /**
   * The trace once it holds what is looked for, and what is expected of it: spans are sent in batches, each process its
   * own, so it is looked at again until nothing is thrown any more.
   */
  async trace(
    what: string,
    traceId: string,
    complete: (spans: TraceSpan[]) => unknown,
  ): Promise<TraceSpan[]> {
    let seen: TraceSpan[] = [];
    let missing = '';
    try {
      return await until(what, async () => {
        seen = await this.spans(traceId);
        try {
          return complete(seen) !== false && seen;
        } catch (error) {
          missing = `\n${messageOf(error)}`;
          return false;
        }
      });
    } catch (error) {
      const names = seen.map(({ service, name }) => `${service}: ${name}`).join(', ');
      throw new Error(`trace ${traceId} holds only: ${names || 'nothing'}${missing}`, { cause: error });
    }
  }

  /** All that Jaeger holds of all services, as text. */
  async everything(): Promise<string> {
    const services = await this.#list('/api/services');
    const texts = services.map(async (service) => {
      const answer = await fetch(`${this.#url}/api/traces?service=${service}&limit=1500&lookback=1h`);
      return answer.text();
    });
    return (await Promise.all(texts)).join('\n');
  }

  async #list(path: string): Promise<string[]> {
    const answer = await fetch(`${this.#url}${path}`);
    return ((await answer.json()) as { data: string[] }).data;
  }
}

const asObject = (tags: { key: string; value: unknown }[]) =>
  Object.fromEntries(tags.map(({ key, value }) => [key, value]));

function spansOf({ spans, processes }: JaegerTrace): TraceSpan[] {
  return spans.map((span) => {
    // Jaeger calls the parent CHILD_OF, and a link FOLLOWS_FROM; both are references.
    const parent = span.references.find(({ refType }) => refType === 'CHILD_OF');
    return {
      service: processes[span.processID]!.serviceName,
      name: span.operationName,
      traceId: span.traceID,
      spanId: span.spanID,
      parentId: parent?.spanID ?? null,
      links: span.references
        .filter((reference) => reference !== parent)
        .map(({ traceID, spanID }) => ({ traceId: traceID, spanId: spanID })),
      tags: asObject(span.tags),
      resource: asObject(processes[span.processID]!.tags),
      startedAt: span.startTime,
      durationUs: span.duration,
    };
  });
}

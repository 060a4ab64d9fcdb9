/** What the ingester tells in traces. Keys and positions of the log only, never a value. */
import { trace } from '@opentelemetry/api';
import type { Attributes, Span } from '@opentelemetry/api';
import { startSpan } from '../platform/telemetry/tracing.ts';
import type { Dirt } from './dirt.ts';
import type { StreamRecord } from '../erp/rows/row.ts';
import type { Stream } from './stream.ts';

/** A question is a trace of its own: many keys share it, each with its own story, which is linked to it. */
export function questionSpan({ topic }: Stream, taken: Map<string, Dirt>): Span {
  const attributes = { 'cartage.keys': taken.size, ...commitPosition([...taken.values()].at(-1)!) };
  return startSpan(`ask ${topic}`, { parent: null, attributes });
}

/** Rows of a round: all records made of them stand under it, because a span for each of a million would cost as much as they do. */
export function chunkSpan({ topic }: Stream, rows: number, { traceparent }: Pick<Dirt, 'traceparent'>): Span {
  return startSpan(`ask all ${topic}`, { parent: traceparent, attributes: { 'cartage.rows': rows } });
}

/** A changed key begins a trace of its own, or goes on with that of whoever asked; linked to the active question. */
export function changeSpan(
  { name, topic, shape }: Stream,
  value: StreamRecord,
  dirt: Pick<Dirt, 'traceparent' | 'position'>,
): Span {
  const question = trace.getActiveSpan()?.spanContext();
  return startSpan(`changed key ${topic}`, {
    parent: dirt.traceparent,
    ...(question && { links: [question] }),
    attributes: {
      'cartage.stream': name,
      'cartage.source_key': value.sourceKey,
      'cartage.version': value.version.number,
      ...commitPosition(dirt),
      'messaging.kafka.message.key': shape.contract.key(value),
    },
  });
}

/** Of the newest change that made the key dirty; none where no change of the log did. */
function commitPosition({ position }: Pick<Dirt, 'position'>): Attributes {
  return position === null ? {} : { 'cartage.source.position': position };
}

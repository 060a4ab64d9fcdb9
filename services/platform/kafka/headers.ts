import { hash, randomUUID } from 'node:crypto';
import type { IHeaders } from 'kafkajs';

export interface EventIdentity {
  source: string;
  topic: string;
  key: string;
  /** The Avro bytes of the value, without the frame; null for a tombstone. */
  payload: Buffer | null;
  /** Of the value, when it has one. */
  version: { epoch: number; number: number } | null;
}

/**
 * The same state of the same key has the same id, whoever sends it and however often.
 * A tombstone says nothing but "now", so each is an event of its own.
 */
export function eventId({ source, topic, key, payload, version }: EventIdentity): string {
  if (payload === null) return randomUUID();
  const stated = version ? `${version.epoch}.${version.number}` : '';
  const name = Buffer.from(`${source}\0${topic}\0${key}\0${stated}\0`);
  return hash('sha256', Buffer.concat([name, payload])).slice(0, 32);
}

/** CloudEvents 1.0, Kafka binding, binary mode; `traceparent` is W3C Trace Context. */
export function eventHeaders(
  event: EventIdentity & { timeMs: number; traceparent: string | null },
): Record<string, string> {
  return {
    ce_specversion: '1.0',
    ce_id: eventId(event),
    ce_source: event.source,
    ce_type: event.topic,
    ce_time: new Date(event.timeMs).toISOString(),
    ce_partitionkey: event.key,
    ...(event.payload !== null && { 'content-type': 'application/avro' }),
    ...(event.traceparent && { traceparent: event.traceparent }),
  };
}

/** Headers as text; of a header that stands twice the last one counts. */
export function textHeaders(headers: IHeaders | undefined): Record<string, string> {
  const text: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) text[name] = last.toString();
  }
  return text;
}

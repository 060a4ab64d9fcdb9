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
  const name = `${source}\0${topic}\0${key}\0${stated}\0`;
  const nameBytes = Buffer.byteLength(name);
  const named = Buffer.allocUnsafe(nameBytes + payload.length);
  named.write(name);
  named.set(payload, nameBytes);
  return hash('sha256', named).slice(0, 32);
}

/** CloudEvents 1.0, Kafka binding, binary mode; `traceparent` is W3C Trace Context. */
export function eventHeaders(
  event: EventIdentity & { timeMs: number; traceparent: string | null },
): Record<string, string> {
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: eventId(event),
    ce_source: event.source,
    ce_type: event.topic,
    ce_time: isoTimeOf(event.timeMs),
    ce_partitionkey: event.key,
  };
  if (event.payload !== null) headers['content-type'] = 'application/avro';
  if (event.traceparent) headers.traceparent = event.traceparent;
  return headers;
}

let last = { timeMs: NaN, text: '' };

/** What is published together has one time. */
function isoTimeOf(timeMs: number): string {
  if (timeMs !== last.timeMs) last = { timeMs, text: new Date(timeMs).toISOString() };
  return last.text;
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

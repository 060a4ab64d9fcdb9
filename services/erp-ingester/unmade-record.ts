import { z } from 'zod';
import type { Contract } from '../../schemas/topics.ts';
import { Rejected } from '../platform/errors.ts';
import type { Fault } from '../platform/errors.ts';
import type { Received } from '../platform/kafka/types.ts';
import type { Stream } from './stream.ts';

/** At most four bytes each, and a record takes a million. */
const keptRowCharactersMax = 200_000;

/** What is wrong with the row itself, such as a text too long for any broker; null when it is not the row. */
export function faultOfRow({ name, topic }: Stream, sourceKey: string, error: unknown): Fault | null {
  if (error instanceof Rejected) return error.fault;
  if (!(error instanceof z.ZodError)) return null;
  const faults = error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  return {
    code: 'erp.row',
    what: `A row of the stream ${name} with ${sourceKey} cannot be a record of ${topic}: ${faults}`,
    fix: 'Correct the row in the ERP (or the query); it is asked again when it changes',
  };
}

/** What never became a record, for parking: named by the key of the stream, with the row as its bytes. */
export function unmadeRecord(
  { shape, topic }: Stream,
  key: string,
  row: Record<string, unknown> | null,
  publishedAt: number,
): Received<never> {
  const text = row === null ? '' : JSON.stringify(row);
  // The parked record must fit the broker, whatever the row holds.
  const bytes = text === '' || text.length > keptRowCharactersMax ? null : Buffer.from(text);
  return {
    contract: shape.contract as unknown as Contract<never>,
    topic,
    partition: -1,
    offset: -1,
    key,
    value: null,
    eventId: null,
    publishedAt,
    headers: { 'content-type': 'application/json' },
    traceparent: null,
    sizeBytes: bytes?.length ?? 0,
    bytes,
  };
}

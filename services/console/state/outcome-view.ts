import type { Outcome } from '../../../schemas/types.ts';
import { shownText } from '../../operations/shown-text.ts';

/** One outcome as the page shows it. Times are UTC milliseconds. */
export interface OutcomeView {
  process: string;
  topic: string;
  partition: number;
  offset: number;
  key: string;
  documentId: string | null;
  /** applied, unchanged, superseded, dry, held, rejected; later versions may add others. */
  status: string;
  code: string | null;
  cause: string | null;
  targetId: string | null;
  attempts: number;
  occurredAt: number | null;
  publishedAt: number;
  startedAt: number;
  finishedAt: number;
  /** finishedAt − occurredAt; null when it is not known since when the value was true. */
  ageMs: number | null;
  traceId: string | null;
}

export function outcomeView(outcome: Outcome, process: string): OutcomeView {
  const { occurredAt, finishedAt, cause } = outcome;
  return {
    process,
    topic: outcome.topic,
    partition: outcome.partition,
    offset: outcome.offset,
    key: outcome.key,
    documentId: outcome.documentId,
    status: outcome.status,
    code: outcome.code,
    cause: cause === null ? null : shownText(cause),
    targetId: outcome.targetId,
    attempts: outcome.attempts,
    occurredAt,
    publishedAt: outcome.publishedAt,
    startedAt: outcome.startedAt,
    finishedAt,
    ageMs: occurredAt === null ? null : Math.max(0, finishedAt - occurredAt),
    traceId: outcome.traceId,
  };
}

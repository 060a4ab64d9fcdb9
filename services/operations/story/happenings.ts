/** What each record says has happened. One function per topic; none of them tells personal data. */
import type {
  Audit,
  Difference,
  Fulfilment,
  Order,
  Outcome,
  Parked,
  Prices,
  Product,
  Refresh,
  Stock,
} from '../../../schemas/types.ts';
import { readerIn } from '../../platform/groups.ts';
import { documentOf } from '../../platform/flow/outcome/outcome.ts';
import type { Received } from '../../platform/kafka/types.ts';
import { traceIdOf } from '../../platform/telemetry/tracing.ts';
import { shownText } from '../shown-text.ts';
import type { Happening } from './story.ts';

const nothing = { documentId: null, code: null, fix: null, attempts: null, traceUrl: null };

const words: Record<string, (value: never) => string> = {
  'magento.orders': ({ state, status, totals, lines, problems }: Order) =>
    `state ${state || 'none'}, status ${status || 'none'}, ${totals.grandTotalMinor / 10 ** totals.digits} ${totals.currency}, ${lines.length} lines${problems.map(({ code }) => `, ${code}`).join('')}`,
  'erp.stock': ({ quantity, sellable, deleted, twin }: Stock) =>
    deleted
      ? 'the ERP no longer has it'
      : `${quantity}${sellable ? '' : ', blocked for sale'}${twinText(twin)}`,
  'erp.products': ({ name, deleted, twin }: Product) =>
    deleted ? 'the ERP no longer has it' : `${name}${twinText(twin)}`,
  'erp.prices': ({ prices, deleted, twin }: Prices) =>
    deleted
      ? 'the ERP no longer has it'
      : `${prices.map(({ list, amount, currency }) => `${list} ${amount} ${currency}`).join(', ') || 'no price'}${twinText(twin)}`,
  'erp.fulfilments': ({ kind, documentId, source, lines, packages, withdrawn }: Fulfilment) =>
    kind === 'order'
      ? `the ERP has accepted it as ${documentId}`
      : `${withdrawn ? 'taken back: ' : ''}${kind} ${documentId}: ${lines.map(({ sku, quantity }) => `${sku} × ${quantity}`).join(', ')}${source === null ? '' : `, from ${source}`}${packages.length === 0 ? '' : `, ${packages.length} parcels`}`,
};

const twinText = (twin: string | null) => (twin === null ? '' : `, its twin is ${twin}`);

/** A record of the topic of its state. */
export function stateHappening(record: Received<never>, writer: string): Happening {
  const value: unknown = record.value;
  return {
    ...nothing,
    at: record.publishedAt,
    by: writer,
    topic: record.topic,
    key: record.key,
    documentId: documentOf(record),
    kind: value === null ? 'gone' : 'published',
    what: value === null ? 'it is gone' : shownText(words[record.topic]?.(value as never) ?? ''),
    traceId: traceIdOf(record.traceparent),
  };
}

export function requestHappening({ value, key, traceparent }: Received<Refresh>): Happening | null {
  if (value === null) return null;
  const later = value.notBefore === null ? '' : `, not before ${new Date(value.notBefore).toISOString()}`;
  return {
    ...nothing,
    at: value.requestedAt,
    by: value.requestedBy,
    topic: value.topic,
    key,
    kind: 'asked',
    what: `to be read at its source again: ${value.reason}${later}`,
    traceId: traceIdOf(traceparent),
  };
}

export function outcomeHappening(outcome: Outcome): Happening {
  const { status, targetId, cause, startedAt, finishedAt, occurredAt } = outcome;
  const made = targetId === null ? '' : `${targetId}: `;
  const age = occurredAt === null ? '' : `, ${seconds(finishedAt - occurredAt)} after the change`;
  return {
    ...nothing,
    at: finishedAt,
    by: readerIn(outcome.group),
    topic: outcome.topic,
    key: outcome.key,
    documentId: outcome.documentId,
    kind: status,
    what: `${made}${shownText(cause ?? '')} (took ${seconds(finishedAt - startedAt)}${age})`,
    code: outcome.code,
    attempts: outcome.attempts,
    traceId: outcome.traceId,
  };
}

export function parkedHappening(record: Parked): Happening {
  return {
    ...nothing,
    at: record.parkedAt,
    by: readerIn(record.group),
    topic: record.topic,
    key: record.key ?? '',
    documentId: record.documentId,
    kind: 'parked',
    what: shownText(record.why === null ? record.cause : `${record.cause} (${record.why})`),
    code: record.code,
    fix: shownText(record.fix),
    attempts: record.attempts,
    traceId: traceIdOf(record.headers.traceparent ?? null),
  };
}

export function differenceHappening(one: Difference): Happening {
  return {
    ...nothing,
    at: one.firstSeenAt,
    by: 'reconciler',
    topic: one.topic,
    key: one.key,
    kind: 'differs',
    what: differenceText(one),
    code: one.cause,
    fix: shownText(one.fix),
    traceId: null,
  };
}

export function differenceText({
  kind,
  field,
  wanted,
  found,
  side,
  why,
  repair,
  repairs,
}: Difference): string {
  const asked = repair === 'none' ? '' : `; asked for again ${repairs} times`;
  const values = `${field} of ${kind}: ${wanted ?? 'nothing'} is wanted, the ${side} has ${found ?? 'nothing'}`;
  return shownText(`${values}: ${why}${asked}`);
}

export function actHappening({ actor, action, subject, reason, tool, at }: Audit, key: string): Happening {
  const why = reason === null ? '' : `, because: ${shownText(reason)}`;
  return {
    ...nothing,
    at,
    by: `${actor} (${tool})`,
    topic: null,
    key,
    kind: 'act',
    what: `${action}, ${subject}${why}`,
    traceId: null,
  };
}

const seconds = (ms: number) => `${(Math.max(0, ms) / 1000).toFixed(1)} s`;

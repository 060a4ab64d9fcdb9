import { hash } from 'node:crypto';
import type { Span } from '@opentelemetry/api';
import { refresh } from '../../../schemas/topics.ts';
import { Unavailable } from '../../platform/errors.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { SpanKind, markFailed, startSpan, traceparentOf } from '../../platform/telemetry/tracing.ts';
import { requestOf } from '../requests/request.ts';
import type { Asked } from '../requests/request.ts';
import type { Answer } from './answer.ts';
import { SeenIds } from './seen-ids.ts';
import type { Scheme } from './schemes/scheme.ts';
import { isCustomer, isOfErp, parseBody } from './webhook-body.ts';
import type { CustomerNamed, Named, OrderNamed } from './webhook-body.ts';

/** What a signed delivery is answered. */
export interface WebhookAnswer extends Answer {
  status: 202 | 400 | 503;
  /** Not to be done again for the same id. */
  done: boolean;
}

export interface WebhookOptions {
  /** For how long before and after its time a delivery is believed. */
  toleranceMs: number;
  /** UTC milliseconds. */
  now: () => number;
  bus: Pick<Bus, 'publish'>;
  /** How what is named is asked for, null when that cannot be said; left out while nothing is done about its kind. */
  orders?: ((named: OrderNamed) => Asked | Promise<Asked | null>) | undefined;
  customers?: ((named: CustomerNamed) => Asked) | undefined;
  onFailure: (error: unknown) => void;
}

/** About 20 MB; see `SeenIds` for what it costs when they are too few. */
const maxSeenIds = 100_000;
const retryAfterSeconds = 5;

const accepted: WebhookAnswer = { status: 202, reason: 'accepted', done: true };
const repeated: WebhookAnswer = { status: 202, reason: 'repeated', done: true };
/** Nothing is asked for: the sweep finds it once its flow is on. */
const flowOff: WebhookAnswer = { status: 202, reason: 'flow_off', done: true };

/**
 * Takes a delivery and writes the request. A webhook is nothing but a request (FACTS section 3: it comes before the commit, three
 * times, or never): all it says is which order, or customer, to look at. 202 only after the broker's acknowledgement.
 */
export function webhookReceiver(
  options: WebhookOptions,
): (scheme: Scheme, id: string | null, body: Buffer) => WebhookAnswer | Promise<WebhookAnswer> {
  const { now, toleranceMs } = options;
  // Its id can come back for twice that.
  const seen = new SeenIds<WebhookAnswer>({ ttlMs: 2 * toleranceMs, max: maxSeenIds, now });
  return ({ path, namedIn }, givenId, body) => {
    const named = parseBody(body, namedIn);
    if (typeof named === 'string') return { status: 400, reason: 'body_invalid', detail: named, done: false };
    const all = [named].flat();
    const id = givenId ?? idOfState(all, body);
    if (id === null) return ask(path, all, options);
    if (seen.isDone(id)) return repeated;
    const underWay = seen.underWay(id);
    if (underWay) return underWay.then((answer) => (answer.done ? repeated : answer));
    return seen.begin(id, ask(path, all, options));
  };
}

/**
 * Of a delivery whose sender names it not, so that anybody who has seen it could send it again: to look at an order once
 * more does no harm, and a body that tells of the same state again is known by its digest. One that tells of no state
 * is not: the next change of the order has the same body.
 */
function idOfState(all: readonly Named[], body: Buffer): string | null {
  return all.some((named) => seenIn(named) === null) ? null : hash('sha256', body, 'base64');
}

/** Of one delivery, which names one order or customer, or several. */
async function ask(path: string, all: readonly Named[], options: WebhookOptions): Promise<WebhookAnswer> {
  const span = startSpan(`POST ${path}`, {
    kind: SpanKind.SERVER,
    parent: null,
    attributes: { 'http.request.method': 'POST', 'http.route': path },
  });
  let answer: WebhookAnswer;
  try {
    const answers = await Promise.all(all.map((named) => askFor(named, span, options)));
    // What can be asked for is, whatever else the delivery names.
    answer = answers.includes(accepted) ? accepted : answers[0]!;
  } catch (error) {
    options.onFailure(error);
    const reason = error instanceof Unavailable ? error.fault.code : 'not_published';
    answer = { status: 503, reason, retryAfterSeconds, done: false };
  }
  span.setAttribute('http.response.status_code', answer.status);
  if (answer.status >= 500) markFailed(span, answer.reason);
  span.end();
  return answer;
}

async function askFor(named: Named, span: Span, options: WebhookOptions): Promise<WebhookAnswer> {
  const known = askedBy(named, options);
  const asked = known instanceof Promise ? await known : known;
  if (asked === undefined) return flowOff;
  if (asked === null) return { status: 400, reason: 'store_unknown', done: false };
  span.setAttribute('messaging.kafka.message.key', asked.key);
  const seen = seenIn(named);
  await options.bus.publish(refresh, {
    value: requestOf({ asked, reason: 'webhook', seen, requestedAt: options.now() }),
    traceparent: traceparentOf(span),
  });
  return accepted;
}

function askedBy(named: Named, { orders, customers }: WebhookOptions) {
  if (isOfErp(named)) return { ...named, entityId: null };
  return isCustomer(named) ? customers?.(named) : orders?.(named);
}

/** The state that the sender saw, by its time. */
function seenIn(named: Named): string | null {
  return isCustomer(named) || isOfErp(named) ? null : (named.updated_at ?? null);
}

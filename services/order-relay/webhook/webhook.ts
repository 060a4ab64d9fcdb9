import { hash } from 'node:crypto';
import { refresh } from '../../../schemas/topics.ts';
import type { Refresh } from '../../../schemas/types.ts';
import { Unavailable } from '../../platform/errors.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { SpanKind, markFailed, startSpan, traceparentOf } from '../../platform/telemetry/tracing.ts';
import { askedById, askedByNumber } from '../orders/order-request.ts';
import { requestOf } from '../requests/request.ts';
import type { Asked } from '../requests/request.ts';
import type { CodeIds } from '../../magento/code-ids.ts';
import type { Answer } from './answer.ts';
import { SeenIds } from './seen-ids.ts';
import type { Scheme } from './schemes/scheme.ts';
import { parseBody } from './webhook-body.ts';
import type { OrderNamed } from './webhook-body.ts';

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
  stores: Pick<CodeIds, 'knownCode' | 'codeOf'>;
  instance: string;
  onFailure: (error: unknown) => void;
}

/** About 20 MB; see `SeenIds` for what it costs when they are too few. */
const maxSeenIds = 100_000;
const retryAfterSeconds = 5;

const accepted: WebhookAnswer = { status: 202, reason: 'accepted', done: true };
const repeated: WebhookAnswer = { status: 202, reason: 'repeated', done: true };

/**
 * Takes a delivery and writes the request. A webhook is nothing but a request (FACTS section 3: it comes before the commit, three
 * times, or never): all it says is which order to look at. 202 only after the broker's acknowledgement.
 */
export function webhookReceiver(
  options: WebhookOptions,
): (scheme: Scheme, id: string | null, body: Buffer) => WebhookAnswer | Promise<WebhookAnswer> {
  const { now, toleranceMs } = options;
  // Its id can come back for twice that.
  const seen = new SeenIds<WebhookAnswer>({ ttlMs: 2 * toleranceMs, max: maxSeenIds, now });
  return ({ path, body: shape }, givenId, body) => {
    const named = parseBody(body, shape);
    if (typeof named === 'string') return { status: 400, reason: 'body_invalid', detail: named, done: false };
    const id = givenId ?? idOfState(named, body);
    if (id === null) return ask(path, named, options);
    if (seen.isDone(id)) return repeated;
    const underWay = seen.underWay(id);
    if (underWay) return underWay.then((answer) => (answer.done ? repeated : answer));
    return seen.begin(id, ask(path, named, options));
  };
}

/**
 * Of a delivery whose sender names it not, so that anybody who has seen it could send it again: to look at an order once
 * more does no harm, and a body that tells of the same state again is known by its digest. One that tells of no state
 * is not: the next change of the order has the same body.
 */
function idOfState({ updated_at }: OrderNamed, body: Buffer): string | null {
  return updated_at == null ? null : hash('sha256', body, 'base64');
}

async function ask(path: string, named: OrderNamed, options: WebhookOptions): Promise<WebhookAnswer> {
  const span = startSpan(`POST ${path}`, {
    kind: SpanKind.SERVER,
    parent: null,
    attributes: { 'http.request.method': 'POST', 'http.route': path },
  });
  let answer: WebhookAnswer;
  try {
    const known = askedOf(named, options);
    const asked = known instanceof Promise ? await known : known;
    if (asked === null) answer = { status: 400, reason: 'store_unknown', done: false };
    else {
      span.setAttribute('messaging.kafka.message.key', asked.key);
      await options.bus.publish(refresh, {
        value: request(asked, named, options),
        traceparent: traceparentOf(span),
      });
      answer = accepted;
    }
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

function request(asked: Asked, named: OrderNamed, { now }: WebhookOptions): Refresh {
  return requestOf({ asked, reason: 'webhook', seen: named.updated_at ?? null, requestedAt: now() });
}

/** The order's own key when the delivery and the shop tell it; else by id. Null when neither can be made. */
function askedOf(named: OrderNamed, options: WebhookOptions): Asked | Promise<Asked | null> {
  const { instance, stores } = options;
  const { entity_id, increment_id, store_id } = named;
  if (increment_id == null) return askedById(instance, entity_id!);
  const store = named.store_code ?? (store_id == null ? undefined : stores.knownCode(store_id));
  if (store !== undefined) return askedByNumber({ instance, store, incrementId: increment_id });
  if (store_id == null) return askedById(instance, entity_id!);
  return askForStore({ ...named, increment_id, store_id }, options);
}

async function askForStore(
  named: OrderNamed & { increment_id: string; store_id: number },
  { stores, instance }: WebhookOptions,
): Promise<Asked | null> {
  const byId = named.entity_id == null ? null : askedById(instance, named.entity_id);
  try {
    const store = await stores.codeOf(named.store_id);
    return store === null ? byId : askedByNumber({ instance, store, incrementId: named.increment_id });
  } catch (error) {
    // The shop cannot be asked now; whoever serves the request asks later.
    if (byId === null) throw error;
    return byId;
  }
}

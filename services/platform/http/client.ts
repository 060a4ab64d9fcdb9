// By their files: the entry of undici loads all of it, down to a data base for a cache, and takes 11 MB.
import requestThrough from 'undici/lib/api/api-request.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import type { Dispatcher } from 'undici';
import { LeaseLost, currentFence } from '../fence.ts';
import type { Fence } from '../fence.ts';
import { limitOf } from './call-limit.ts';
import type { CallLimit } from './call-limit.ts';
import { CallQueue } from './call-queue.ts';
import { inCallSpan } from './call-span.ts';
import { BodyTooLarge, DeadlinePassed, unavailable } from './no-answer.ts';

/** What came back. Header names are in lower case; several lines of one header are joined by a comma. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  /** The body as UTF-8 text, never parsed here: what it is depends on more than the status. */
  body: string;
}

export interface HttpCall {
  method: string;
  /** Path and query exactly as they go on the wire; nothing is encoded or normalised here. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** From its turn to the last byte of the body. It waits for its turn as long at most. */
  deadlineMs?: number;
  signal?: AbortSignal;
  /** A name with few values for metrics and messages (`POST source-items`), never an id or a SKU. */
  route?: string;
  /** The path without ids, for traces: `/rest/V1/orders/:id`. */
  template?: string;
}

/** One finished call, for metrics. `status` is 0 when no whole answer came. */
export interface AnswerNote {
  status: number;
  /** From its turn on; of one that had none, how long it waited for it. */
  durationMs: number;
  method: string;
  route: string;
}

export interface HttpClientOptions {
  /** Who is called, in words for messages: `Magento`, `the ERP`. */
  name: string;
  origin: string;
  /** Calls in flight at once; the others wait their turn, each as long as its deadline. */
  connections: number | CallLimit;
  deadlineMs: number;
  connectTimeoutMs?: number;
  maxBodyBytes?: number;
  /** Headers added to every call, such as `traceparent`. */
  headers?: () => Record<string, string>;
  onAnswer?: (note: AnswerNote) => void;
  now?: () => number;
  /** UTC milliseconds. */
  wallMs?: () => number;
}

export interface HttpClient {
  /**
   * Resolves with any answer, of whatever status; redirects are not followed.
   * @throws Unavailable with outcome `none` when the request was never written to a connection (name not
   *   found, refused, TLS, deadline in the queue) or has no effect by its method (GET, HEAD);
   *   `unknown` when it may have been carried out (deadline, reset, body cut or too large).
   */
  request(call: HttpCall): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** The way of all calls to one other side. */
interface Line {
  queue: CallQueue;
  dispatcher: Dispatcher;
  now: () => number;
  options: HttpClientOptions;
}

/** What is known of one call while it runs. */
interface Attempt {
  /** Its first bytes may have reached the other side. */
  written: boolean;
  /** When it began to wait, then when it had its turn. */
  beganAt: number;
  /** Until its turn the end of its wait. By the wall clock: a suspended machine has let no time pass for timers. */
  endsAt: number;
  wallMs: () => number;
  fence: Fence | null;
  route: string;
}

const defaultConnectTimeoutMs = 5_000;
const defaultMaxBodyBytes = 32 * 1024 * 1024;

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const now = options.now ?? (() => performance.now());
  const limit = limitOf(options.connections);
  const pool = new Pool(options.origin, {
    // As many as are ever let in by the queue, so that none waits here, where the limit is not known.
    connections: limit.max,
    connect: { timeout: options.connectTimeoutMs ?? defaultConnectTimeoutMs },
    // One request per connection at a time: pipelining is no concurrency, and over
    // HTTP/2 `connections` would no longer bound what the other side has to do at once.
    pipelining: 1,
    allowH2: false,
    // undici's own time-outs start anew with every byte, so a body of one byte a second would never end.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 30_000,
  });
  const dispatcher = pool.compose(beginOrRefuse);
  const line: Line = { queue: new CallQueue(limit, now), dispatcher, now, options };

  async function request(call: HttpCall): Promise<HttpAnswer> {
    const route = call.route ?? call.method;
    const deadlineMs = call.deadlineMs ?? options.deadlineMs;
    const wallMs = options.wallMs ?? Date.now;
    const endsAt = wallMs() + deadlineMs;
    const fence = currentFence();
    const attempt: Attempt = { written: false, beganAt: now(), endsAt, wallMs, fence, route };
    let status = 0;
    try {
      const { method, template } = call;
      const spanned = { method, route, origin: options.origin, ...(template && { template }) };
      const answer = await inCallSpan(spanned, () => exchange(line, call, attempt));
      status = answer.status;
      return answer;
    } catch (error) {
      throw error instanceof LeaseLost ? error : unavailable(options, call, attempt, error);
    } finally {
      options.onAnswer?.({ status, durationMs: now() - attempt.beganAt, method: call.method, route });
    }
  }

  return { request, close: () => pool.destroy() };
}

/**
 * undici calls `onRequestStart` just before it writes a request; what fails earlier had no effect at all. A request may
 * have waited long for its turn, and the machine may have slept meanwhile: whether it may still begin is asked here.
 */
const beginOrRefuse: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (callOptions, handler) =>
  dispatch(callOptions, {
    onRequestStart(controller, context) {
      const attempt = (callOptions as { opaque?: Attempt }).opaque!;
      handler.onRequestStart?.(controller, context);
      const refusal = refusalOf(attempt);
      if (refusal) controller.abort(refusal);
      if (!controller.aborted) attempt.written = true;
    },
    onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
    onResponseStart: (...args) => handler.onResponseStart?.(...args),
    onResponseData: (...args) => handler.onResponseData?.(...args),
    onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
    onResponseError: (...args) => handler.onResponseError?.(...args),
  });

function refusalOf({ fence, endsAt, wallMs, route }: Attempt): Error | null {
  if (fence !== null && !fence.isCurrent()) return new LeaseLost(`what "${route}" is about`);
  return wallMs() < endsAt ? null : new DeadlinePassed(null);
}

/** Runs one call under its deadlines. A deadline is raced: undici does not abort what waits for its connection. */
async function exchange(line: Line, call: HttpCall, attempt: Attempt): Promise<HttpAnswer> {
  const deadlineMs = call.deadlineMs ?? line.options.deadlineMs;
  const abort = new AbortController();
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => undefined);
  const end = (reason: unknown) => {
    ended.reject(reason);
    abort.abort(reason);
  };
  const onCallerAbort = () => end(call.signal?.reason ?? new Error('the call was given up'));
  const startTimer = () => setTimeout(() => end(new DeadlinePassed(deadlineMs)), deadlineMs);
  let timer = startTimer();
  call.signal?.addEventListener('abort', onCallerAbort, { once: true });
  // What has waited too long, or through a sleep, does not begin; what begins has all of its time.
  const begin = async () => {
    abort.signal.throwIfAborted();
    const refusal = refusalOf(attempt);
    if (refusal) throw refusal;
    clearTimeout(timer);
    timer = startTimer();
    attempt.beganAt = line.now();
    attempt.endsAt = attempt.wallMs() + deadlineMs;
    return send(line, call, attempt, abort.signal);
  };
  try {
    if (call.signal?.aborted) throw call.signal.reason;
    const work = line.queue.run(attempt, begin, abort.signal);
    work.catch(() => undefined);
    return await Promise.race([work, ended.promise]);
  } finally {
    clearTimeout(timer);
    call.signal?.removeEventListener('abort', onCallerAbort);
  }
}

async function send(
  { dispatcher, options }: Line,
  call: HttpCall,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const response = await requestThrough.call(dispatcher, {
    path: call.path,
    method: call.method,
    headers: { ...options.headers?.(), ...call.headers },
    body: call.body ?? null,
    signal,
    opaque: attempt,
  });
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  const body = await readBody(response.body, options.maxBodyBytes ?? defaultMaxBodyBytes, signal);
  return { status: response.statusCode, headers, body };
}

async function readBody(
  body: Dispatcher.ResponseData['body'],
  maxBodyBytes: number,
  signal: AbortSignal,
): Promise<string> {
  // undici forgets the signal once the headers are there; the deadline is to end the body too.
  const destroy = () => body.destroy(signal.reason as Error);
  signal.addEventListener('abort', destroy, { once: true });
  try {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBodyBytes) throw new BodyTooLarge(maxBodyBytes);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    signal.removeEventListener('abort', destroy);
    body.destroy();
  }
}

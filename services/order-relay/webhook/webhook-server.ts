import { createServer } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { RateLimit } from './rate-limit.ts';
import type { SignedHeaders } from './signature.ts';
import type { WebhookAnswer } from './webhook.ts';

export interface WebhookServerOptions {
  host: string;
  /** 0 takes a free port; `url` says which. */
  port: number;
  maxBodyBytes: number;
  maxPerSecond: number;
  /** Null: the flow is switched off. */
  receive: ((headers: SignedHeaders, body: Buffer) => WebhookAnswer | Promise<WebhookAnswer>) | null;
  webhooks: Metrics['webhooks'];
  /** Milliseconds that never go back. */
  monotonicMs?: () => number;
}

export interface WebhookServer {
  url: string;
  /** Takes no new connection; resolves when what was under way is answered, at the latest after the grace. */
  close(): Promise<void>;
}

/** An answer before anything of the delivery is believed. */
interface Refusal {
  status: number;
  reason: string;
  retryAfterSeconds?: number;
  allow?: string;
}

type Answer = Refusal | WebhookAnswer;

export const webhookPath = '/webhooks/orders';
const closeGraceMs = 5_000;
/** How long a sender whose body is too large is still listened to, so that it can read why. */
const lingerMs = 1_000;
/** A shop that was told "switched off" or "broken" should not knock every second. */
const offRetryAfterSeconds = 60;

/**
 * The webhook's face: raw `node:http`, because Express alone would take four fifths of the time of a delivery
 * (engineering.md, 0.4). All limits stand before the body is read (R15).
 */
export async function startWebhookServer(options: WebhookServerOptions): Promise<WebhookServer> {
  const rate = new RateLimit(options.maxPerSecond, options.monotonicMs ?? (() => performance.now()));
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 15_000, maxHeaderSize: 16 * 1024, keepAliveTimeout: 30_000 },
    (request, response) => {
      const refusal = refusalOf(request, options, rate);
      if (refusal === null) readBody(request, response, options);
      else refuse(request, response, refusal, options);
    },
  );
  // A sender that asks first is told before it sends.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    const refusal = refusalOf(request, options, rate);
    if (refusal !== null) return refuse(request, response, refusal, options);
    response.writeContinue();
    readBody(request, response, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), closeGraceMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function refusalOf(request: IncomingMessage, options: WebhookServerOptions, rate: RateLimit): Refusal | null {
  if (request.url !== webhookPath && request.url?.split('?', 1)[0] !== webhookPath)
    return { status: 404, reason: 'path_unknown' };
  if (request.method !== 'POST') return { status: 405, reason: 'method_not_allowed', allow: 'POST' };
  if (options.receive === null)
    return { status: 503, reason: 'switched_off', retryAfterSeconds: offRetryAfterSeconds };
  if (!rate.take()) return { status: 429, reason: 'too_many', retryAfterSeconds: 1 };
  const { headers } = request;
  if (!isJson(headers['content-type']) || headers['content-encoding'] !== undefined)
    return { status: 415, reason: 'content_type' };
  const length = headers['content-length'];
  if (length === undefined && headers['transfer-encoding'] === undefined)
    return { status: 411, reason: 'length_required' };
  if (length !== undefined && Number(length) > options.maxBodyBytes)
    return { status: 413, reason: 'too_large' };
  return null;
}

function isJson(contentType: string | undefined): boolean {
  return (
    contentType === 'application/json' ||
    /^application\/json\s*(;\s*charset=utf-8)?\s*$/i.test(contentType ?? '')
  );
}

function readBody(request: IncomingMessage, response: ServerResponse, options: WebhookServerOptions): void {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  let refused = false;
  request.on('data', (chunk: Buffer) => {
    if (refused) return;
    sizeBytes += chunk.length;
    chunks.push(chunk);
    if (sizeBytes <= options.maxBodyBytes) return;
    // A chunked body says its size only at its end.
    refused = true;
    chunks.length = 0;
    refuse(request, response, { status: 413, reason: 'too_large' }, options);
  });
  // The sender went away half-way: there is nobody to answer. Without a listener it would end the process.
  request.on('error', () => undefined);
  request.on('end', () => {
    if (refused) return;
    const { headers } = request;
    const signed = {
      id: textOf(headers['webhook-id']),
      timestamp: textOf(headers['webhook-timestamp']),
      signature: textOf(headers['webhook-signature']),
    };
    const answer = options.receive!(signed, chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    if (!(answer instanceof Promise)) return send(response, answer, options);
    answer.then(
      (later) => send(response, later, options),
      () => send(response, { status: 500, reason: 'internal' }, options),
    );
  });
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/**
 * Answers without keeping what still comes. Closing at once would reset the connection under the answer, so the rest
 * is thrown away for a moment, and then the connection is ended.
 */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
  options: WebhookServerOptions,
): void {
  send(response, refusal, options);
  if (request.complete) return;
  const timer = setTimeout(() => request.socket.destroy(), lingerMs);
  request.on('error', () => undefined);
  request.once('close', () => clearTimeout(timer));
  request.resume();
}

function send(response: ServerResponse, answer: Answer, { webhooks }: WebhookServerOptions): void {
  webhooks.inc({ code: String(answer.status), reason: answer.reason });
  if (response.destroyed || response.headersSent) return;
  const body =
    answer.status === 202 && answer.reason === 'accepted'
      ? acceptedBody
      : JSON.stringify({ status: answer.reason, ...('detail' in answer ? { detail: answer.detail } : {}) });
  const headers: OutgoingHttpHeaders = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  if (answer.retryAfterSeconds !== undefined) headers['retry-after'] = String(answer.retryAfterSeconds);
  if ('allow' in answer) headers.allow = answer.allow;
  response.writeHead(answer.status, headers);
  response.end(body);
}

const acceptedBody = '{"status":"accepted"}';

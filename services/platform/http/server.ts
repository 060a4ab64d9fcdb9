import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../errors.ts';
import { createServer } from './node-http.ts';

/** One thing a process needs before it can work; `why` says what is missing when it is not there. */
export interface ReadyCheck {
  ok: boolean;
  why?: string;
}

export interface AdminServerOptions {
  host: string;
  /** 0 takes a free port; `url` says which. */
  port: number;
  /** Named checks; all must be ok for 200. A check that throws or hangs counts as not ready. */
  ready: () => Record<string, ReadyCheck> | Promise<Record<string, ReadyCheck>>;
  /** Metrics in the Prometheus text format. */
  metrics: () => string | Promise<string>;
  /** Answers what is no probe, with the security headers set; left out: there is nothing else. */
  pages?: RequestListener;
  /** Told of an error that became a 500; the answer itself never shows it. */
  onError?: (error: unknown) => void;
  /** How long answers under way may take after `close()`. */
  closeGraceMs?: number;
}

export interface AdminServer {
  url: string;
  /** Takes no new connection, ends idle ones at once and busy ones after the grace. May be called twice. */
  close(): Promise<void>;
}

const readyTimeoutMs = 2_000;
/**
 * How long a connection is kept for the next request: longer than what stands in front keeps its own, or than a process
 * gets no processor. After that Node ends it before it looks whether a request has come, and whoever asked is reset.
 */
const keptMs = 65_000;
const prometheusContentType = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * The face every process shows to its operator: `/livez`, `/readyz`, `/metrics`, and its `pages`, if it has any. Plain
 * `node:http`, because three answers are worth no framework in the memory of each process.
 */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const server = createServer(
    // Limits at the edge: a slow or endless request ends by itself.
    { headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16 * 1024, keepAliveTimeout: keptMs },
    (request, response) => void answer(request, response, options),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { address, port, family } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  const close = () =>
    (closed ??= new Promise<void>((resolve) => {
      const timer = setTimeout(() => server.closeAllConnections(), options.closeGraceMs ?? 2_000);
      server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      server.closeIdleConnections();
    }));
  return { url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`, close };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: AdminServerOptions,
): Promise<void> {
  setSecurityHeaders(response);
  const probe = request.method === 'GET' || request.method === 'HEAD' ? probes[pathOf(request)] : undefined;
  if (probe === undefined && options.pages) return options.pages(request, response);
  try {
    if (probe === undefined) sendJson(response, 404, { error: 'not_found' });
    else await probe(response, options);
  } catch (error) {
    options.onError?.(error);
    sendJson(response, 500, { error: 'internal' });
  }
}

type Probe = (response: ServerResponse, options: AdminServerOptions) => void | Promise<void>;

const probes: Record<string, Probe> = {
  // What cannot be mended ends the process; one that hangs does not answer.
  '/livez': (response) => sendJson(response, 200, { alive: true }),
  '/readyz': async (response, options) => {
    const checks = await checksOf(options.ready);
    const ready = Object.values(checks).every((check) => check.ok);
    sendJson(response, ready ? 200 : 503, { ready, checks });
  },
  '/metrics': async (response, options) =>
    send(response, 200, prometheusContentType, await options.metrics()),
};

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0]!;
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(body));
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

async function checksOf(ready: AdminServerOptions['ready']): Promise<Record<string, ReadyCheck>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Record<string, ReadyCheck>>((resolve) => {
    const why = `no answer within ${readyTimeoutMs} ms`;
    timer = setTimeout(() => resolve({ checks: { ok: false, why } }), readyTimeoutMs);
  });
  try {
    return await Promise.race([ready(), late]);
  } catch (error) {
    return { checks: { ok: false, why: messageOf(error) } };
  } finally {
    clearTimeout(timer);
  }
}

/** A page with its own needs may set its own Content-Security-Policy over this one. */
function setSecurityHeaders(response: ServerResponse): void {
  const headers = {
    'content-security-policy':
      "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  };
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

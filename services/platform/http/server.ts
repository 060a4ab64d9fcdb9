import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { messageOf } from '../errors.ts';
import type { Express, NextFunction, Request, Response } from 'express';

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
  /** The process's own routes, added before the 404. */
  routes?: (app: Express) => void;
  /** Told of an error that became a 500; the answer itself never shows it. */
  onError?: (error: unknown) => void;
  /** How long answers under way may take after `close()`. */
  closeGraceMs?: number;
}

export interface AdminServer {
  url: string;
  app: Express;
  /** Takes no new connection, ends idle ones at once and busy ones after the grace. May be called twice. */
  close(): Promise<void>;
}

const readyTimeoutMs = 2_000;
const prometheusContentType = 'text/plain; version=0.0.4; charset=utf-8';

/** The face every process shows to its operator: `/livez`, `/readyz`, `/metrics`, and what `routes` adds. */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(securityHeaders);
  addProbes(app, options);
  options.routes?.(app);
  app.use((_request: Request, response: Response) => {
    response.status(404).json({ error: 'not_found' });
  });
  app.use(errorAsJson(options.onError));

  const server = createServer(
    // Limits at the edge: a slow or endless request ends by itself.
    { headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16 * 1024, keepAliveTimeout: 5_000 },
    app,
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
  return { url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`, app, close };
}

function addProbes(app: Express, options: AdminServerOptions): void {
  app.get('/livez', (_request, response) => {
    // What cannot be mended ends the process; one that hangs does not answer.
    response.json({ alive: true });
  });
  app.get('/readyz', async (_request, response) => {
    const checks = await checksOf(options.ready);
    const ready = Object.values(checks).every((check) => check.ok);
    response.status(ready ? 200 : 503).json({ ready, checks });
  });
  app.get('/metrics', async (_request, response) => {
    response.type(prometheusContentType).send(await options.metrics());
  });
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

/** A route that serves a page with its own needs may set its own Content-Security-Policy over this one. */
function securityHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set({
    'content-security-policy':
      "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  });
  next();
}

/** Errors made for the client (a body too large, bad JSON) keep their 4xx; anything else is a bare 500. */
function errorAsJson(onError: ((error: unknown) => void) | undefined) {
  return (error: unknown, _request: Request, response: Response, next: NextFunction): void => {
    const { status = 500, type } = (error ?? {}) as { status?: number; type?: string };
    if (status >= 500) onError?.(error);
    if (response.headersSent) {
      next(error);
      return;
    }
    if (status >= 400 && status < 500) response.status(status).json({ error: type ?? 'bad_request' });
    else response.status(500).json({ error: 'internal' });
  };
}

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { control } from './control/face.ts';
import type { FaultRule, Faults } from './control/faults.ts';
import { ERROR_PAGE, MAINTENANCE_PAGE, NOT_FOUND_PAGE } from './control/pages.ts';
import { PAGE } from './control/page.ts';
import { dispatch } from './rest/dispatch.ts';
import type { WireAnswer, WireRequest } from './rest/dispatch.ts';
import type { Json } from './rest/json.ts';
import type { Router } from './rest/router.ts';
import { isRestPath } from './rest/scope.ts';
import type { Shop } from './shop.ts';

const BODY_BYTES_MAX = 64 * 1024 * 1024;
const URL_CHARACTERS_MAX = 8 * 1024;

/** The HTTP side of the shop: REST calls, the control face, the page for people, and the faults in between. */
export function createShopServer(shop: Shop, router: Router, faults: Faults): Server {
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    serve(shop, router, faults, request, response).catch((error: unknown) => {
      shop.journal.bug(error);
      response.destroy();
    });
  });
  server.keepAliveTimeout = 75_000;
  return server;
}

async function serve(
  shop: Shop,
  router: Router,
  faults: Faults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  const [path, query] = splitOnce(url, '?');
  const body = await read(request);
  if (path.startsWith('/sandbox/')) {
    const answer = control(shop, faults, method, path, new URLSearchParams(query), parse(body));
    return send(response, {
      status: answer.status,
      headers: { 'content-type': 'application/json' },
      text: JSON.stringify(answer.body),
    });
  }
  if (path === '/' && method === 'GET') return send(response, html(200, PAGE));
  const fault = faults.take(method, url, body);
  if (fault !== null && (await misbehave(fault, request, response))) return;
  const answer = answerTo(shop, router, {
    method,
    path,
    query,
    headers: request.headers as WireRequest['headers'],
    body,
  });
  if (fault?.kind === 'late') await pause(fault.delayMs ?? 1000, undefined, { ref: false });
  if (fault?.kind === 'cut_after') request.socket.destroy();
  else send(response, answer);
}

function answerTo(shop: Shop, router: Router, request: WireRequest): WireAnswer {
  const { method, path } = request;
  if (`${path}?${request.query}`.length > URL_CHARACTERS_MAX)
    return html(414, '<html><head><title>414 Request-URI Too Large</title></head></html>');
  if (request.body.length >= BODY_BYTES_MAX)
    return html(413, '<html><head><title>413 Request Entity Too Large</title></head></html>');
  if (path === '/magento_version' && method === 'GET') {
    return {
      status: 200,
      headers: { 'content-type': 'text/html; charset=UTF-8' },
      text: 'Magento/2.4 (Community)',
    };
  }
  if (!isRestPath(path)) return html(404, NOT_FOUND_PAGE);
  // A client that asks for a page, and for nothing else the API can give, gets an error page (FACTS section 10).
  const accept = request.headers['accept'] ?? '*/*';
  if (/^text\/(html|csv)$/.test(accept.trim())) return html(500, ERROR_PAGE);
  return dispatch(shop, router, request);
}

/** Returns true when the rule has answered (or refused to) and no work is to be done. */
async function misbehave(
  rule: FaultRule,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (rule.kind === 'slow') {
    // The work is done even when the client has given up meanwhile, as in the real shop (FACTS section 10).
    await pause(rule.delayMs ?? 1000, undefined, { ref: false });
    return false;
  }
  if (rule.kind === 'cut_after' || rule.kind === 'late') return false;
  if (rule.kind === 'cut_before') request.socket.destroy();
  else if (rule.kind === 'maintenance') send(response, html(503, MAINTENANCE_PAGE));
  else if (rule.kind === 'retry_after') {
    const seconds = String(Math.ceil((rule.delayMs ?? 1000) / 1000));
    const answer = html(rule.status ?? 429, '<html><head><title>Too Many Requests</title></head></html>');
    send(response, { ...answer, headers: { ...answer.headers, 'retry-after': seconds } });
  } else {
    const text = JSON.stringify({
      message: 'Internal Error. Details are available in Magento log file. Report ID: webapi-0000000000000',
    });
    send(response, {
      status: rule.status ?? 500,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      text,
    });
  }
  return true;
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes <= BODY_BYTES_MAX) chunks.push(chunk);
  }
  return sizeBytes > BODY_BYTES_MAX ? Buffer.alloc(BODY_BYTES_MAX) : Buffer.concat(chunks);
}

function parse(body: Buffer): Json {
  try {
    return JSON.parse(body.toString('utf8')) as Json;
  } catch {
    return null;
  }
}

function html(status: number, text: string): WireAnswer {
  return { status, headers: { 'content-type': 'text/html; charset=UTF-8' }, text };
}

function send(response: ServerResponse, answer: WireAnswer): void {
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.text) });
  response.end(answer.text);
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

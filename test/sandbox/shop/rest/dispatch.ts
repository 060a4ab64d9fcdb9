import type { Shop } from '../shop.ts';
import { hex } from '../shop.ts';
import { authorize } from './authorize.ts';
import { decodeBody, formText } from './body.ts';
import { RawAnswer } from './call.ts';
import type { Call } from './call.ts';
import { FatalError, internalError, RestError } from './errors.ts';
import { project } from './fields.ts';
import { phpJson } from './json.ts';
import type { JsonObject } from './json.ts';
import { parseQuery } from './query.ts';
import type { Router } from './router.ts';
import { parseRestPath } from './scope.ts';

/** A request as it came over the wire; the path is raw because the signature is taken over it. */
export interface WireRequest {
  method: string;
  path: string;
  query: string;
  headers: Readonly<Record<string, string | undefined>>;
  body: Buffer;
}

export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  text: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Carries out one REST call: route, signature, body, handler, projection. What the handler changed is
 * committed before this returns, so an answer that gets lost on its way has still been done.
 */
export function dispatch(shop: Shop, router: Router, request: WireRequest): WireAnswer {
  const notes: { resource: string; key: string; detail: JsonObject }[] = [];
  const note: Call['note'] = (resource, key, detail = {}) => void notes.push({ resource, key, detail });
  const answer = answerOf(shop, () => handle(shop, router, request, note));
  shop.db.commit();
  if (request.method !== 'GET') {
    const { method, path } = request;
    if (notes.length === 0) notes.push({ resource: 'call', key: path, detail: {} });
    for (const { resource, key, detail } of notes) {
      shop.journal.add({ method, path, resource, key, status: answer.status, detail });
    }
  }
  return answer;
}

function handle(shop: Shop, router: Router, request: WireRequest, note: Call['note']): WireAnswer {
  if (['PATCH', 'HEAD', 'OPTIONS'].includes(request.method)) {
    throw new RestError(405, `The ${request.method} HTTP method is not supported.`);
  }
  const { segments, storeCode, storeId } = parseRestPath(request.path);
  const { route, params } = router.match(request.method, segments);
  const contentType = request.headers['content-type'];
  const signed = {
    method: request.method,
    scheme: request.headers['x-forwarded-proto'] === 'https' ? ('https' as const) : ('http' as const),
    host: request.headers['host'] ?? '',
    path: request.path,
    query: request.query,
    form: formText(contentType, request.body),
  };
  authorize(shop, route.resource, signed, request.headers['authorization']);
  const query = parseQuery(request.query);
  const hasBody = request.method === 'POST' || request.method === 'PUT';
  const body = hasBody ? decodeBody(contentType, request.body) : {};
  const result = route.handle({ shop, params, query, body, storeId, storeCode, note });
  if (result instanceof RawAnswer) return raw(result.status, result.contentType, result.text);
  const fields = query['fields'];
  const projected = typeof fields === 'string' && fields !== '' ? project(result, fields) : result;
  return raw(200, JSON_TYPE, phpJson(projected));
}

function answerOf(shop: Shop, work: () => WireAnswer): WireAnswer {
  try {
    return work();
  } catch (error) {
    if (error instanceof RestError) return raw(error.status, JSON_TYPE, phpJson(error.body));
    if (error instanceof FatalError) return raw(500, 'text/plain;charset=UTF-8', error.message);
    shop.journal.bug(error);
    const fault = internalError(hex(shop, 13));
    return raw(fault.status, JSON_TYPE, phpJson(fault.body));
  }
}

function raw(status: number, contentType: string, text: string): WireAnswer {
  return { status, headers: { 'content-type': contentType, 'cache-control': 'no-store' }, text };
}

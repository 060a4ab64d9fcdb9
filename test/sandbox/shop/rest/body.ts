import { badRequest } from './errors.ts';
import type { JsonObject } from './json.ts';
import { isObject } from './json.ts';
import type { Json } from './json.ts';

const FORM = 'application/x-www-form-urlencoded';

/** The text of a form-encoded body, which joins the signature; empty for every other body. */
export function formText(contentType: string | undefined, raw: Buffer): string {
  return mediaType(contentType) === FORM ? raw.toString('utf8') : '';
}

/**
 * Decodes a JSON body (FACTS section 10): no Content-Type means JSON, another type or charset is refused,
 * and whatever is no object counts as a body without members.
 */
export function decodeBody(contentType: string | undefined, raw: Buffer): JsonObject {
  const type = mediaType(contentType);
  if (type !== '' && type !== 'application/json') {
    throw badRequest(`Server cannot understand Content-Type HTTP header media type ${type}`);
  }
  const charset = /charset=\s*"?([^\s;"]+)/i.exec(contentType ?? '')?.[1];
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8')
    throw badRequest('UTF-8 is the only supported charset.');
  if (raw.length === 0) return {};
  let value: Json;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw)) as Json;
  } catch {
    throw badRequest('Decoding error.');
  }
  return isObject(value) ? value : {};
}

function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

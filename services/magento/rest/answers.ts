import type { HttpAnswer } from '../../platform/http/client.ts';
import { retryAfterMs } from '../../platform/http/retry-after.ts';
import { Defect, Rejected, Unavailable, foreignText } from '../../platform/errors.ts';
import type { Fault } from '../../platform/errors.ts';
import { parseExact } from './json.ts';
import { redacted } from './known-messages.ts';
import { readMessage, readable } from './messages.ts';
import { refusedCredentialCodes } from './answer-table-oauth.ts';
import { answerTable, isOfCache } from './answer-table.ts';
import type { Asked, Seen, Verdict } from './verdict.ts';

export type { Asked } from './verdict.ts';

/** The request held more items (or asked for a larger page) than this shop allows: `maxItems` says how many. */
export class LimitExceeded extends Rejected {
  readonly maxItems: number;
  constructor(fault: Fault, maxItems: number) {
    super(fault);
    this.name = 'LimitExceeded';
    this.maxItems = maxItems;
  }
}

/**
 * Reads an answer.
 * @returns the JSON of a success, numbers as text.
 * @throws Rejected or Unavailable as the table says; status codes alone mislead (FACTS section 10).
 */
export function readAnswer(asked: Asked, answer: HttpAnswer): unknown {
  const seen = parse(asked, answer);
  const verdict = classify(seen);
  if (verdict === null) return seen.json;
  const fault: Fault = {
    code: verdict.code,
    what: `Magento answered ${seen.status} to "${asked.route}"`,
    why: seen.message === null ? firstWords(seen) : redacted(seen.message),
    fix: verdict.fix,
  };
  if (verdict.kind === 'rejected') {
    throw verdict.maxItems === undefined ? new Rejected(fault) : new LimitExceeded(fault, verdict.maxItems);
  }
  const noEffect = asked.method === 'GET' || asked.readsOnly === true;
  const waitMs = retryAfterMs(seen.headers);
  throw new Unavailable(fault, {
    outcome: noEffect ? 'none' : (verdict.outcome ?? 'unknown'),
    perhapsRecord: verdict.perhapsRecord ?? false,
    needsOperator: verdict.needsOperator ?? false,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  });
}

/** The verdict of the first row that fits, or null for a success. */
export function classify(seen: Seen): Verdict | null {
  const isSuccess = seen.status >= 200 && seen.status < 300 && seen.json !== undefined;
  if (isSuccess && !isOfCache(seen)) return null;
  for (const row of answerTable) {
    if (row.fits(seen)) return row.verdict(seen);
  }
  throw new Defect('the last row of the table fits everything');
}

/** A set of credentials was refused, as far as an answer tells. */
export function refusesCredentials(asked: Asked, answer: HttpAnswer): boolean {
  if (answer.status !== 401 && answer.status !== 400) return false;
  return refusedCredentialCodes.has(classify(parse(asked, answer))?.code ?? '');
}

export function parse(asked: Asked, answer: HttpAnswer): Seen {
  const media = mediaOf(answer.headers['content-type'] ?? '');
  const json = media === 'json' ? parsed(answer.body) : undefined;
  return { asked, ...answer, media, json, message: readMessage(json) };
}

function mediaOf(contentType: string): Seen['media'] {
  const type = contentType.split(';')[0]!.trim().toLowerCase();
  if (type === 'application/json' || type.endsWith('+json')) return 'json';
  if (type === 'text/html' || type === 'application/xhtml+xml') return 'html';
  return type === 'text/plain' ? 'text' : 'other';
}

/** One mark for each file of PHP that begins with it. */
const byteOrderMarks = /^\uFEFF+/;

function parsed(body: string): unknown {
  try {
    return parseExact(body.replace(byteOrderMarks, ''));
  } catch {
    return undefined;
  }
}

/**
 * A page of a gateway is named by its title, such as 502 Bad Gateway. Any other text is not ours to pass on. JSON
 * without a message is an answer that was cut or changed on its way, and may be an order: none of it is repeated.
 */
function firstWords(seen: Seen): string {
  if (seen.media === 'json' && seen.body !== '')
    return `${seen.json === undefined ? 'broken JSON' : 'JSON without a message'} of ${seen.body.length} characters`;
  const title = /<title>([^<]*)/i.exec(seen.body)?.[1];
  if (title !== undefined && /^\s*[1-5]\d\d [A-Z][A-Za-z -]{1,40}\s*$/.test(title)) return title.trim();
  const type = seen.headers['content-type'] ?? 'unknown';
  const words = readable(title ?? seen.body).slice(0, 120);
  return words ? `text of type ${type}, ${foreignText(words)}` : `an empty answer of type ${type}`;
}

/** Magento's 404 for an entity as null; every other fault, a missing route included, is thrown on. */
export async function nullIfAbsent<Value>(answer: Promise<Value>): Promise<Value | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Rejected && error.fault.code === 'magento.not_found') return null;
    throw error;
  }
}

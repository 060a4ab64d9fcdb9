import type { Answer } from './answer.ts';

type Refusal = Omit<Answer, 'reason'>;

const unauthorized: Refusal = { status: 401, headers: { 'www-authenticate': 'Signature' } };

/** What is answered to a delivery that is not taken, by the reason for it. */
export const refusals = {
  path_unknown: { status: 404 },
  method_not_allowed: { status: 405, headers: { allow: 'POST' } },
  /** A shop that was told so should not knock every second. */
  switched_off: { status: 503, retryAfterSeconds: 60 },
  content_type: { status: 415, headers: { accept: 'application/json', 'accept-encoding': 'identity' } },
  signature_missing: unauthorized,
  signature_malformed: unauthorized,
  timestamp_stale: unauthorized,
  signature_wrong: unauthorized,
  /** Signed for somebody else. */
  recipient_wrong: unauthorized,
  key_unknown: { status: 503, retryAfterSeconds: 60 },
  length_required: { status: 411 },
  too_large: { status: 413 },
  too_slow: { status: 408 },
  no_room: { status: 503, retryAfterSeconds: 1 },
  too_many: { status: 429, retryAfterSeconds: 1 },
  internal: { status: 500 },
} as const satisfies Record<string, Refusal>;

export type RefusalReason = keyof typeof refusals;

const malformed = { line: '400 Bad Request', reason: 'malformed' };
const byParserCode: Record<string, typeof malformed> = {
  ERR_HTTP_REQUEST_TIMEOUT: { line: '408 Request Timeout', reason: 'headers_too_slow' },
  HPE_HEADER_OVERFLOW: { line: '431 Request Header Fields Too Large', reason: 'headers_too_large' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { line: '413 Content Too Large', reason: 'too_large' },
};

/** Of a signed delivery (webhook.ts). */
const ofDeliveries = { body_invalid: { status: 400 }, store_unknown: { status: 400 } };

/** Every refusal as it is counted: an alert sees nothing of a counter that is born at 20. */
export function countedRefusals(): { code: string; reason: string }[] {
  const answered = Object.entries({ ...refusals, ...ofDeliveries }).map(([reason, { status }]) => ({
    code: String(status),
    reason,
  }));
  const unparsed = [malformed, ...Object.values(byParserCode)].map(({ line, reason }) => ({
    code: line.slice(0, 3),
    reason,
  }));
  return [...answered, ...unparsed];
}

/** Of what never became a request. Null: the connection broke, and nobody is there to be answered. */
export function parserRefusalOf(code = ''): typeof malformed | null {
  return byParserCode[code] ?? (code.startsWith('HPE_') ? malformed : null);
}

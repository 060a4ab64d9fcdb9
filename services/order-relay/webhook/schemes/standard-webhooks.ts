import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { keyList } from './scheme.ts';
import type { Scheme } from './scheme.ts';

/** What is believed: signed with one of the secrets, at about this time. */
export interface Believed {
  /** `whsec_…`; each of them is good. */
  secrets: () => readonly string[];
  toleranceMs: number;
  /** UTC milliseconds. */
  now: () => number;
}

export interface StandardWebhooksOptions extends Believed {
  path: string;
  namedIn: Scheme['namedIn'];
}

/** A header line can hold hundreds of signatures, and each costs a comparison. */
const maxSignatures = 10;
const maxIdLength = 256;
const digestBytes = 32;

/**
 * Standard Webhooks 1.0.0: an id, a time, and `v1,` with base64 of the HMAC-SHA256 over `id.timestamp.body`, several of
 * them apart by spaces. The body is compared as it came, and in constant time.
 */
export function standardWebhooks(options: StandardWebhooksOptions): Scheme {
  const keys = keyList(options.secrets, keyOf);
  return {
    path: options.path,
    isOpen: () => keys().length > 0,
    claimIn: (headers) => {
      const id = headers['webhook-id'];
      const timestamp = headers['webhook-timestamp'];
      const signature = headers['webhook-signature'];
      if (!isText(id) || !isText(timestamp) || !isText(signature)) return 'signature_missing';
      if (id.length > maxIdLength || !/^\d{1,12}$/.test(timestamp)) return 'signature_malformed';
      const given = signaturesOf(signature);
      if (given.length === 0) return 'signature_malformed';
      if (!isFresh(timestamp, options)) return 'timestamp_stale';
      const isSignedBy = (key: KeyObject, body: Buffer) => {
        const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
        return given.some((one) => timingSafeEqual(one, expected));
      };
      return {
        proofIn: (body) => (keys().some((key) => isSignedBy(key, body)) ? { id } : 'signature_wrong'),
      };
    },
    namedIn: options.namedIn,
  };
}

/** The signature a sender would make; for tests, and to try a configuration. */
export function sign(secret: string, id: string, timestamp: string, body: Buffer | string): string {
  const digest = createHmac('sha256', keyOf(secret))
    .update(`${id}.${timestamp}.`)
    .update(body)
    .digest('base64');
  return `v1,${digest}`;
}

function keyOf(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret.slice('whsec_'.length), 'base64'));
}

function isText(value: string | string[] | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

/** Both ways: a time from the future would let a captured delivery be replayed for longer. */
function isFresh(timestamp: string, { now, toleranceMs }: StandardWebhooksOptions): boolean {
  return Math.abs(now() - Number(timestamp) * 1000) <= toleranceMs;
}

function signaturesOf(header: string): Buffer[] {
  const found: Buffer[] = [];
  for (const one of header.split(' ', maxSignatures)) {
    if (!one.startsWith('v1,')) continue;
    const digest = Buffer.from(one.slice('v1,'.length), 'base64');
    if (digest.length === digestBytes) found.push(digest);
  }
  return found;
}

import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** The three headers of a Standard Webhooks delivery (standard-webhooks 1.0.0). */
export interface SignedHeaders {
  id: string | undefined;
  timestamp: string | undefined;
  /** Space separated, `v1,` and base64 of the HMAC-SHA256 over `id.timestamp.body`. */
  signature: string | undefined;
}

/** Why a delivery is not believed. */
export type SignatureFault = 'signature_missing' | 'timestamp_stale' | 'signature_wrong';

export interface SignatureOptions {
  /** `whsec_…`; each of them is good, so that a key can be rotated without losing a delivery. */
  secrets: () => readonly string[];
  toleranceMs: number;
  now: () => number;
}

/** A header line can hold hundreds of signatures, and each costs a comparison. */
const maxSignatures = 10;
const maxIdLength = 256;

/** Checks over the raw body, in constant time (R15). Null: it comes from somebody who knows a secret, and is fresh. */
export function signatureCheck(
  options: SignatureOptions,
): (headers: SignedHeaders, body: Buffer) => SignatureFault | null {
  let secrets: readonly string[] = [];
  let keys: KeyObject[] = [];
  const currentKeys = () => {
    const current = options.secrets();
    if (current === secrets) return keys;
    secrets = current;
    keys = secrets.map(keyOf);
    return keys;
  };
  return ({ id, timestamp, signature }, body) => {
    if (!id || !timestamp || !signature || id.length > maxIdLength) return 'signature_missing';
    if (!isFresh(timestamp, options)) return 'timestamp_stale';
    const given = signaturesOf(signature);
    for (const key of currentKeys()) {
      const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
      for (const one of given)
        if (one.length === expected.length && timingSafeEqual(one, expected)) return null;
    }
    return 'signature_wrong';
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

/** Both ways: a time from the future would let a captured delivery be replayed for longer. */
function isFresh(timestamp: string, { now, toleranceMs }: SignatureOptions): boolean {
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  return Math.abs(now() - Number(timestamp) * 1000) <= toleranceMs;
}

function signaturesOf(header: string): Buffer[] {
  const found: Buffer[] = [];
  for (const one of header.split(' ', maxSignatures))
    if (one.startsWith('v1,')) found.push(Buffer.from(one.slice(3), 'base64'));
  return found;
}

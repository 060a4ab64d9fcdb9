import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { count, milliseconds, network, text } from '../fields.ts';

/** As Standard Webhooks asks for; a short one can be guessed from one delivery. */
const secretBytesMin = 24;
const secret = text
  .regex(/^whsec_[A-Za-z0-9+/=]+$/, 'must look like whsec_ and base64')
  .refine(
    (value) => Buffer.from(value.slice('whsec_'.length), 'base64').length >= secretBytesMin,
    `must hold at least ${secretBytesMin} bytes: openssl rand -base64 32`,
  );

/** What signs with it can be guessed from one delivery as well. */
const token = text.min(
  secretBytesMin,
  `must hold at least ${secretBytesMin} characters: openssl rand -hex 32`,
);

const publicKey = text.refine(isRsaKey, 'must be an RSA public key of at least 2048 bits, as PEM');

function isRsaKey(pem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(pem);
    return asymmetricKeyType === 'rsa' && asymmetricKeyDetails!.modulusLength! >= 2_048;
  } catch {
    return false;
  }
}

/** An empty one is a second key that is not in use: '${NEXT_WEBHOOK_SECRET:-}'. */
function keys<Key extends z.ZodType>(key: Key) {
  return z.preprocess(
    (list) => (Array.isArray(list) ? list.filter((one) => one !== '') : list),
    z.array(key),
  );
}

/** Where the deliveries of shop and ERP are taken. A section of its own: whoever does not take them needs no secret. */
export const webhookSection = z.strictObject({
  /** Where deliveries are taken, apart from the operator's port: this one is for the shop. */
  host: text.default('0.0.0.0'),
  port: z.coerce.number().int().min(0).max(65_535).default(8090),
  /** Of each kind of sender the keys that it may sign with, two at once while rotating; none: it is not heard. */
  secrets: keys(secret).default([]),
  mageOsTokens: keys(token).default([]),
  adobeCommerceKeys: keys(publicKey).default([]),
  adobeIoClients: keys(text).default([]),
  /** Of an ERP that says itself what has changed. */
  erpSecrets: keys(secret).default([]),
  toleranceMs: milliseconds(300_000),
  maxBodyBytes: count(16 * 1024),
  /** Of all deliveries that are being received, together. */
  maxBufferedBytes: z.coerce
    .number()
    .int()
    .min(64 * 1024)
    .default(8 * 1024 * 1024),
  maxConnections: count(10_000),
  /** Signed deliveries answered per second, of each source; more get 429. */
  maxPerSecond: count(5_000),
  /** Proxies whose `X-Forwarded-For` says who the source is; else it is the address that the connection comes from. */
  trustedProxies: z.array(network).default([]),
  /** How long deliveries are still taken after a stop was asked for and /readyz said so; part of the time to drain. */
  shutdownDelayMs: z.coerce.number().int().min(0).max(5_000).default(3_000),
});

import { createHmac, randomUUID } from 'node:crypto';
import { encodeRfc3986 } from '../../platform/http/encode.ts';
import { baseString } from './base-string.ts';
import type { Credentials } from './credentials.ts';

export interface SignerOptions {
  /** Epoch milliseconds. Magento refuses what lies more than 600 s in its future. */
  now?: () => number;
  /** At least 32 characters, never the same twice: a refused request has burnt its nonce (FACTS section 1). */
  nonce?: () => string;
}

export type Signer = (credentials: Credentials, method: string, url: string) => string;

/**
 * Makes the `Authorization` header (RFC 5849, section 3.5.1) of one try. Call it again for every retry.
 * @returns a function of the credentials, the method and the URL as the shop sees it (which a proxy may have changed).
 */
export function createSigner(options: SignerOptions = {}): Signer {
  const now = options.now ?? Date.now;
  const nonce = options.nonce ?? (() => randomUUID().replaceAll('-', ''));
  return ({ consumerKey, consumerSecret, accessToken, accessTokenSecret }, method, url) => {
    const oauth = {
      oauth_consumer_key: consumerKey,
      oauth_nonce: nonce(),
      oauth_signature_method: 'HMAC-SHA256',
      oauth_timestamp: String(Math.floor(now() / 1000)),
      oauth_token: accessToken,
      oauth_version: '1.0',
    };
    const key = `${encodeRfc3986(consumerSecret)}&${encodeRfc3986(accessTokenSecret)}`;
    const oauth_signature = createHmac('sha256', key)
      .update(baseString(method, url, oauth))
      .digest('base64');
    const signed = Object.entries({ ...oauth, oauth_signature });
    return `OAuth ${signed.map(([name, value]) => `${name}="${encodeRfc3986(value)}"`).join(', ')}`;
  };
}

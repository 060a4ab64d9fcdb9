import { createHmac, randomBytes } from 'node:crypto';
import OAuth from 'oauth-1.0a';
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
 * Makes the `Authorization` header of one try. Call it again for every retry.
 * @returns a function of the credentials, the method and the URL as the shop sees it (which a proxy may have changed).
 */
export function createSigner(options: SignerOptions = {}): Signer {
  const now = options.now ?? Date.now;
  const nonce = options.nonce ?? (() => randomBytes(16).toString('hex'));
  return ({ consumerKey, consumerSecret, accessToken, accessTokenSecret }, method, url) => {
    const oauth = new OAuth({
      consumer: { key: consumerKey, secret: consumerSecret },
      signature_method: 'HMAC-SHA256',
      hash_function: (text, key) => createHmac('sha256', key).update(text).digest('base64'),
    });
    oauth.getNonce = nonce;
    oauth.getTimeStamp = () => Math.floor(now() / 1000);
    oauth.getBaseString = (request, data) =>
      baseString(request.method, request.url, stringValues(data as unknown as Record<string, unknown>));
    const authorization = oauth.authorize({ method, url }, { key: accessToken, secret: accessTokenSecret });
    return oauth.toHeader(authorization).Authorization;
  };
}

function stringValues(data: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, String(value)]));
}

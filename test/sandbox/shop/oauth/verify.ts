import { timingSafeEqual } from 'node:crypto';
import { badRequest, required, RestError } from '../rest/errors.ts';
import { baseString, signature } from './base-string.ts';
import type { SignedRequest } from './base-string.ts';
import type { Integration } from './integrations.ts';
import type { Nonces } from './nonces.ts';

const REQUIRED = [
  'oauth_consumer_key',
  'oauth_signature',
  'oauth_signature_method',
  'oauth_nonce',
  'oauth_timestamp',
  'oauth_token',
];
const KEY_LENGTH = 32;
const FUTURE_MAX_S = 600;

export interface VerifyContext {
  integrations: readonly Integration[];
  nonces: Nonces;
  nowMs: number;
}

/**
 * Checks an OAuth 1.0a request in Magento's order, which decides what a fault burns: the nonce is used up
 * before token and signature are looked at (FACTS section 1).
 *
 * @throws RestError 400 for the form of the request, 401 for who sent it
 */
export function verify(
  request: SignedRequest,
  oauth: Map<string, string>,
  context: VerifyContext,
): Integration {
  checkForm(oauth);
  const consumer = consumerOf(oauth.get('oauth_consumer_key') ?? '', context.integrations);
  checkNonce(consumer, oauth, context);
  const integration = tokenOf(oauth.get('oauth_token') ?? '', consumer, context.integrations);
  const expected = signature(
    baseString(request, oauth),
    consumer.consumerSecret,
    integration.accessTokenSecret,
  );
  if (!equal(expected, oauth.get('oauth_signature') ?? '')) {
    throw unauthorized('The signature is invalid. Verify and try again.');
  }
  return integration;
}

function checkForm(oauth: Map<string, string>): void {
  const version = oauth.get('oauth_version');
  if (version !== undefined && version !== '1.0') {
    throw badRequest('The "%1" Oauth version isn\'t supported.', [version]);
  }
  const missing = REQUIRED.filter((name) => (oauth.get(name) ?? '') === '');
  if (missing.length === 1) throw required(missing[0] ?? '');
  if (missing.length > 1) {
    const errors = missing.map((fieldName) => ({
      message: '"%fieldName" is required. Enter and try again.',
      parameters: { fieldName },
    }));
    throw badRequest('One or more input exceptions have occurred.', undefined, errors);
  }
  if (oauth.get('oauth_token')?.length !== KEY_LENGTH) {
    throw badRequest('The token length is invalid. Check the length and try again.');
  }
  const method = oauth.get('oauth_signature_method') ?? '';
  if (method !== 'HMAC-SHA256') throw badRequest('Signature method %1 is not supported', [method]);
}

function consumerOf(key: string, integrations: readonly Integration[]): Integration {
  if (key.length !== KEY_LENGTH) throw unauthorized('Consumer key is not the correct length');
  const consumer = integrations.find((integration) => integration.consumerKey === key);
  if (consumer === undefined) throw unauthorized('A consumer having the specified key does not exist');
  return consumer;
}

function checkNonce(consumer: Integration, oauth: Map<string, string>, context: VerifyContext): void {
  const timestampS = Number(oauth.get('oauth_timestamp'));
  if (!(timestampS > 0) || timestampS > Math.floor(context.nowMs / 1000) + FUTURE_MAX_S) {
    throw unauthorized('An error occurred validating the nonce');
  }
  if (!context.nonces.burn(consumer.consumerId, oauth.get('oauth_nonce') ?? '')) {
    throw new RestError(401, 'The nonce is already being used by the consumer with ID %1', [
      `${consumer.consumerId}`,
    ]);
  }
}

function tokenOf(token: string, consumer: Integration, integrations: readonly Integration[]): Integration {
  const integration = integrations.find((candidate) => candidate.accessToken === token);
  if (integration === undefined) throw unauthorized('Specified token does not exist');
  if (integration !== consumer) throw unauthorized('Token is not associated with the specified consumer');
  return integration;
}

function unauthorized(message: string): RestError {
  return new RestError(401, message);
}

function equal(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

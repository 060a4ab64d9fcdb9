import { operator, says } from './verdict.ts';
import type { AnswerRow } from './verdict.ts';

/**
 * What Magento says about credentials and signatures (FACTS section 1). Each message has its own remedy, and one
 * message (out of scope) has three causes; a 403 never comes from Magento.
 */
export const oauthRows: readonly AnswerRow[] = [
  message(
    401,
    'The signature is invalid',
    'magento.signature_invalid',
    'Check consumerSecret and accessTokenSecret; if they are right, the shop sees another scheme, host or port ' +
      'than magento.url: set magento.signingUrl to what it sees (`cartage check` tries the usual ones)',
  ),
  message(
    401,
    'A consumer having the specified key does not exist',
    'magento.consumer_unknown',
    'Copy consumerKey from System > Integrations again; the shop may be a copy of another',
  ),
  message(
    401,
    'Consumer key is not the correct length',
    'magento.consumer_malformed',
    'Copy the whole of consumerKey (32 characters)',
  ),
  message(
    401,
    'Specified token does not exist',
    'magento.token_unknown',
    'Copy accessToken again; it changes when the integration is reauthorized',
  ),
  message(
    401,
    'Token is not associated with the specified consumer',
    'magento.token_foreign',
    'Take consumerKey and accessToken of the same integration',
  ),
  message(
    400,
    'The token length is invalid',
    'magento.token_malformed',
    'Copy the whole of accessToken (32 characters)',
  ),
  message(
    400,
    'Signature method',
    'magento.signature_method',
    'This shop does not take HMAC-SHA256; Magento 2.4 does, so check the version',
  ),
  message(
    401,
    'An error occurred validating the nonce',
    'magento.clock_ahead',
    'Set the clock: this host is more than 600 s ahead of the shop',
  ),
  {
    name: 'nonce used before',
    fits: ({ status, message: said }) =>
      status === 401 && says(said?.template, 'The nonce is already being used'),
    // The next try has a nonce of its own. It lasts only when something repeats requests on the way.
    verdict: () => ({
      kind: 'unavailable',
      code: 'magento.nonce_replayed',
      fix: 'It is tried again with a new nonce; if it lasts, look for a proxy that repeats requests',
      outcome: 'none',
    }),
  },
  {
    name: 'out of scope, deactivated or deleted',
    fits: ({ status, message: said }) =>
      status === 401 && says(said?.template, "The consumer isn't authorized to access %resources"),
    verdict: ({ message: said }) =>
      operator(
        'magento.scope_missing',
        `Give the integration the resource ${said?.parameters.resources ?? '(not named)'}, save and reauthorize it; ` +
          'if it has it, check that the integration is active and was not deleted (the same answer)',
      ),
  },
  {
    name: 'OAuth parameter missing',
    fits: ({ status, message: said }) =>
      status === 400 &&
      [said, ...(said?.errors ?? [])].some((one) => says(one?.parameters.fieldName, 'oauth_')),
    verdict: () =>
      operator(
        'magento.oauth_stripped',
        'Something on the way changes the Authorization header; let it through',
      ),
  },
  {
    name: 'any other 401',
    fits: ({ status }) => status === 401,
    verdict: () => operator('magento.unauthorized', 'Check the four credentials of the integration'),
  },
];

/** The set of credentials itself is refused, before anything was done: another one may be taken. */
export const refusedCredentialCodes: ReadonlySet<string> = new Set(
  [
    'signature_invalid',
    'consumer_unknown',
    'consumer_malformed',
    'token_unknown',
    'token_foreign',
    'token_malformed',
    // Also what a deactivated and a deleted integration are told.
    'scope_missing',
    'unauthorized',
  ].map((name) => `magento.${name}`),
);

function message(status: number, start: string, code: string, fix: string): AnswerRow {
  return {
    name: start,
    fits: (seen) => seen.status === status && says(seen.message?.template, start),
    verdict: () => operator(code, fix),
  };
}

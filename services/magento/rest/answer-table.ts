import { oauthRows } from './answer-table-oauth.ts';
import { productRows } from './answer-table-products.ts';
import { isKnown } from './known-messages.ts';
import { couldNotSaveFix, operator, rejected, says, unavailable } from './verdict.ts';
import type { AnswerRow, Seen } from './verdict.ts';

/**
 * What Magento's answers mean, from FACTS sections 1, 4, 6, 7 and 10. Some 400s pass by themselves (lock waits),
 * some 500s never do (an unknown SKU), and much of what comes back was never written by Magento.
 */
export const answerTable: readonly AnswerRow[] = [
  // In front of Magento: web server, cache, firewall. Their pages are never Magento's opinion of a record.
  {
    name: 'answer of a cache',
    fits: isOfCache,
    verdict: () =>
      operator('magento.cached', 'A cache answers in place of the shop: let everything under /rest/ pass it'),
  },
  {
    name: 'too many requests',
    fits: ({ status }) => status === 429 || status === 408 || status === 425,
    verdict: unavailable(
      'magento.throttled',
      'Fewer calls at once are made by itself; if it lasts, lower magento.callsAtOnce',
      {
        outcome: 'none',
      },
    ),
  },
  {
    name: 'body too large for the web server',
    fits: ({ status }) => status === 413,
    verdict: rejected('magento.request_too_large', 'Send less at once, or raise client_max_body_size'),
  },
  {
    name: 'URL too long for the web server',
    fits: ({ status }) => status === 414 || status === 431,
    verdict: rejected('magento.url_too_long', 'Ask for fewer SKUs or ids in one request'),
  },
  {
    name: 'redirect',
    fits: ({ status }) => status >= 300 && status < 400,
    verdict: (seen) =>
      operator(
        'magento.redirected',
        `Set magento.url to the address it redirects to (${originOf(seen.headers.location)}); redirects are not signed`,
      ),
  },
  {
    name: 'maintenance page',
    fits: ({ status, media, body }) =>
      status === 503 && media === 'html' && body.includes('Error 503: Service Unavailable'),
    verdict: unavailable(
      'magento.maintenance',
      'Wait for the end of the maintenance (bin/magento maintenance:disable)',
      {
        outcome: 'none',
      },
    ),
  },
  {
    name: 'page of a gateway',
    fits: ({ status }) => status === 502 || status === 503 || status === 504,
    verdict: unavailable(
      'magento.gateway',
      'Look at the web server and PHP behind it; it is tried again by itself',
      // PHP may run out of time or memory over one record, every time.
      { perhapsRecord: true },
    ),
  },
  {
    name: 'page instead of JSON with a 404',
    fits: ({ status, media }) => status === 404 && media !== 'json',
    verdict: ({ asked }) => ({
      ...operator(
        'magento.not_rest',
        'Check that magento.url is the shop itself and that the web server lets %2F through (AllowEncodedSlashes)',
      ),
      perhapsRecord: /%2f/i.test(asked.path),
    }),
  },
  {
    name: 'refused in front of Magento',
    fits: ({ status, media }) => status >= 400 && status < 500 && (media !== 'json' || status === 403),
    verdict: () => ({
      ...operator(
        'magento.edge_blocked',
        'A firewall or CDN answered; let this host reach /rest/ with every method',
      ),
      perhapsRecord: true,
    }),
  },
  {
    name: 'verb refused',
    fits: ({ status }) => status === 405,
    verdict: () =>
      operator('magento.verb_refused', 'Something in front of Magento refuses this HTTP method; allow it'),
  },

  ...oauthRows,

  // Magento itself: wrong address.
  {
    name: 'no such route',
    fits: ({ status, message }) =>
      status === 404 && says(message?.template, 'Request does not match any route.'),
    verdict: () =>
      operator(
        'magento.route_missing',
        'Enable the module that serves it (multi-source inventory?), or check magento.url',
      ),
  },
  {
    name: 'store code unknown',
    fits: ({ status, message }) =>
      status === 400 && says(message?.template, 'Specified request cannot be processed.'),
    verdict: () => operator('magento.store_unknown', 'Correct the store view code in the configuration'),
  },

  // Passing faults in the dress of a refusal.
  {
    name: 'database lock',
    fits: ({ status, message }) =>
      status >= 400 &&
      (message?.code === '1205' ||
        message?.code === '1213' ||
        /lock wait timeout|deadlock/i.test(message?.template ?? '')),
    verdict: unavailable(
      'magento.database_lock',
      'It is tried again by itself; look for long transactions if it lasts',
      {
        outcome: 'none',
      },
    ),
  },
  {
    name: 'could not save',
    fits: ({ status, message }) =>
      status === 400 &&
      /^(Could not save|Unable to save)[^%]*$|unable to be saved/.test(message?.template ?? ''),
    verdict: ({ asked }) => ({
      kind: 'unavailable',
      code: 'magento.could_not_save',
      fix: couldNotSaveFix(asked.route),
      // After a roll-back: nothing was kept. It may be a lock wait, or the record for ever (FACTS sections 4, 6, 7).
      outcome: 'none',
      perhapsRecord: true,
    }),
  },

  {
    name: 'comment with a status of before',
    fits: ({ status, message }) =>
      status === 400 && says(message?.template, 'Unable to add comment: The status'),
    verdict: unavailable(
      'magento.status_moved',
      'The order has moved on meanwhile; it is read again by itself',
      { outcome: 'none', perhapsRecord: true },
    ),
  },

  // Limits the shop sets.
  {
    name: 'more items than allowed',
    fits: ({ status, message }) =>
      status === 400 && /^Maximum (items of type|SearchCriteria pageSize)/.test(message?.template ?? ''),
    verdict: ({ message }) => ({
      kind: 'rejected',
      code: 'magento.limit_exceeded',
      fix: 'Send smaller batches, or raise the limit (webapi/validation)',
      maxItems: Number(message?.parameters.max ?? 1) || 1,
    }),
  },

  // The record.
  {
    name: 'salable quantity of an unknown SKU',
    fits: ({ status, media, body, asked }) =>
      status === 500 &&
      media === 'text' &&
      asked.route.includes('get-product-salable-quantity') &&
      body.startsWith('An error has happened during application run'),
    verdict: rejected(
      'magento.sku_unknown',
      'Create the product in the shop, then `cartage parked release KEY`',
    ),
  },
  {
    name: 'not found',
    fits: ({ status, message }) => status === 404 && message !== null && isKnown(message),
    verdict: rejected(
      'magento.not_found',
      'Check whether it was deleted in the shop, then `cartage parked release KEY`',
    ),
  },
  {
    name: 'not found, in words that are not Magento’s',
    fits: ({ status }) => status === 404,
    // An API gateway whose route is away for a moment would make us believe that an order is gone.
    verdict: () => ({
      ...operator('magento.not_rest', 'Look at what stands in front of the shop, or at an extension of it'),
      perhapsRecord: true,
    }),
  },
  ...productRows,
  {
    name: 'refused',
    fits: ({ status, media }) => status >= 400 && status < 500 && media === 'json',
    verdict: rejected(
      'magento.refused',
      'Correct what the message names at its source, then `cartage parked release KEY`',
    ),
  },

  // Nothing is known: it may have worked, it may be the record, it may pass.
  {
    name: 'internal error',
    fits: ({ status }) => status >= 500,
    verdict: unavailable('magento.internal_error', 'Look up the report id in var/log of the shop', {
      perhapsRecord: true,
    }),
  },
  {
    name: 'success without JSON',
    fits: () => true,
    verdict: unavailable(
      'magento.not_json',
      'Check what answers in front of Magento (login page, challenge page)',
      {
        perhapsRecord: true,
      },
    ),
  },
];

/** By the age that a cache gives what it has kept. A second may be rounding, of one that only passes on. */
export function isOfCache({ headers }: Seen): boolean {
  return Number(headers.age) > 1;
}

function originOf(location: string | undefined): string {
  return (location && URL.parse(location)?.origin) || 'which it did not name';
}

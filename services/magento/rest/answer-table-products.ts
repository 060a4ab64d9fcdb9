import { rejected, says } from './verdict.ts';
import type { AnswerRow } from './verdict.ts';

/** What a product is refused for that Cartage has an answer to (FACTS sections 6 and 7). */
export const productRows: readonly AnswerRow[] = [
  {
    name: 'URL key of another product',
    fits: ({ status, message }) =>
      status === 400 && says(message?.template, 'URL key for specified store already exists.'),
    verdict: rejected(
      'magento.url_key_taken',
      'Look for the product or category of that key in the shop, and give one of them another',
    ),
  },
  {
    name: 'part of a bundle at two sources',
    fits: ({ status, message }) =>
      status === 400 &&
      /as it is part of bundle product|cannot be added to bundle product as bundle product has/.test(
        message?.template ?? '',
      ),
    verdict: rejected(
      'magento.bundle_sources',
      'Parts of a bundle that ships together have to lie at one and the same source: unassign them from others in the shop, or let the bundle ship separately; then `cartage parked release KEY`',
    ),
  },
];

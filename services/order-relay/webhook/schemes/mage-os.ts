import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { customerNamed, orderNamed, partOf } from '../webhook-body.ts';
import type { Named } from '../webhook-body.ts';
import { keyList } from './scheme.ts';
import type { Scheme } from './scheme.ts';

/**
 * Mage-OS Async Events: `x-magento-signature` is the HMAC-SHA256 of the body in hex, under the verification token of the
 * subscription. The body is what the shop's REST API shows of the order, of its shipment, invoice or credit memo, or of a
 * customer or an address of his, as `data`; which event it was is nowhere said, and there is no id and no time either, see
 * `webhook.ts`.
 */
export function mageOs(tokens: () => readonly string[]): Scheme {
  const keys = keyList(tokens, (token) => createSecretKey(Buffer.from(token)));
  return {
    path: '/webhooks/mage-os',
    isOpen: () => keys().length > 0,
    claimIn: (headers) => {
      const signature = headers['x-magento-signature'];
      if (typeof signature !== 'string' || signature === '') return 'signature_missing';
      if (!/^[0-9a-f]{64}$/i.test(signature)) return 'signature_malformed';
      const given = Buffer.from(signature, 'hex');
      return {
        proofIn: (body) =>
          keys().some((key) => timingSafeEqual(given, createHmac('sha256', key).update(body).digest()))
            ? { id: null }
            : 'signature_wrong',
      };
    },
    body,
  };
}

const body = z.object({ data: z.unknown() }).transform(({ data }, context): Named => {
  const { email, customer_id, entity_id, order_id, increment_id } = (data ?? {}) as Record<string, unknown>;
  const isOfSales = (entity_id ?? order_id ?? increment_id) !== undefined;
  // Products and pages have an id as well.
  const isOfCustomer = !isOfSales && (email ?? customer_id) !== undefined;
  return partOf<Named>(isOfCustomer ? customerNamed : orderNamed, data, { context, at: ['data'] });
});

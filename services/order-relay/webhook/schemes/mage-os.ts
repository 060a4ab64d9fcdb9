import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { BodyPart } from '../body-part.ts';
import { customerNamed, orderNamed } from '../webhook-body.ts';
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
    namedIn,
  };
}

function namedIn(body: BodyPart): Named {
  const data = body.part('data');
  const isOfSales = ['entity_id', 'order_id', 'increment_id'].some((name) => data.has(name));
  // Products and pages have an id as well.
  const isOfCustomer = !isOfSales && ['email', 'customer_id'].some((name) => data.has(name));
  return (isOfCustomer ? customerNamed : orderNamed)(data);
}

import { createPublicKey, verify } from 'node:crypto';
import type { BodyPart } from '../body-part.ts';
import { customerNamed, orderNamed } from '../webhook-body.ts';
import type { Named } from '../webhook-body.ts';
import { base64Of, keyList } from './scheme.ts';
import type { Scheme } from './scheme.ts';

/**
 * Webhooks of Adobe Commerce: `x-adobe-commerce-webhook-signature` is base64 of RSA-SHA256, made not over the body but
 * over its base64. The shop holds the private key; its administrator copies the public one. No id, no time.
 *
 * The shop waits for the answer in the middle of what it does, and reads it as an operation: `success` lets it go on.
 */
export function adobeCommerce(publicKeys: () => readonly string[]): Scheme {
  const keys = keyList(publicKeys, (pem) => createPublicKey(pem));
  return {
    path: '/webhooks/adobe-commerce',
    isOpen: () => keys().length > 0,
    claimIn: (headers) => {
      const signature = headers['x-adobe-commerce-webhook-signature'];
      if (typeof signature !== 'string' || signature === '') return 'signature_missing';
      const given = base64Of(signature);
      if (given === null) return 'signature_malformed';
      return {
        proofIn: (body) => {
          const signed = Buffer.from(body.toString('base64'));
          return keys().some((key) => verify('sha256', signed, key, given))
            ? { id: null }
            : 'signature_wrong';
        },
      };
    },
    namedIn,
    taken: { status: 200, body: '{"op":"success"}' },
  };
}

/** A plugin's method has the order, or the customer, as its argument; what an observer hears has it in `data`. */
function namedIn(body: BodyPart): Named {
  const data = body.part('data');
  const told = data.has('order') || data.has('customer') ? data : body;
  return told.has('customer') ? customerNamed(told.part('customer')) : orderNamed(told.part('order'));
}

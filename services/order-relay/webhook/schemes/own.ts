import type { BodyPart } from '../body-part.ts';
import { customerNamed, orderNamed } from '../webhook-body.ts';
import type { Named } from '../webhook-body.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import type { Believed } from './standard-webhooks.ts';
import type { Scheme } from './scheme.ts';

export const ownPath = '/webhooks/orders';

const typePattern = /^((sales_)?orders?|customers?)([._-]|$)/;

/** What a module of the shop's own tells of its orders and customers. */
export const ownWebhooks = (believed: Believed): Scheme =>
  standardWebhooks({ ...believed, path: ownPath, namedIn });

/** Only orders and customers are taken here; what else a shop tells of is not for this address. */
function namedIn(body: BodyPart): Named {
  const type = body.word(
    'type',
    typePattern,
    'must be a type of order or customer event, such as order.updated',
  );
  return (type.startsWith('customer') ? customerNamed : orderNamed)(body.part('data'));
}

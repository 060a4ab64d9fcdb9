import { joinKey } from '../../../../schemas/keys.ts';
import { keyPartsOf } from '../../../erp/columns.ts';
import type { BodyPart } from '../body-part.ts';
import type { ErpNamed } from '../webhook-body.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import type { Believed } from './standard-webhooks.ts';
import type { Scheme } from './scheme.ts';

const topics = Object.keys(keyPartsOf);
const typePattern = new RegExp(`^(${topics.map((topic) => topic.replace('.', '[.]')).join('|')})([._-]|$)`);

/**
 * An ERP that says itself what has changed: `type` begins with the topic, `data` is one record or several, of which it
 * holds the parts of the key. Which they are is a hint like every other: the stream of that topic is asked for them.
 */
export const erpPush = (believed: Believed): Scheme =>
  standardWebhooks({ ...believed, path: '/webhooks/erp', namedIn });

function namedIn(body: BodyPart): ErpNamed[] {
  const type = body.word('type', typePattern, `must begin with a topic of the ERP: ${topics.join(', ')}`);
  const topic = topics.find((one) => type.startsWith(one)) ?? '';
  const data = body.part('data');
  const list = data.items();
  if (list?.length === 0) data.fault('must name a record');
  const named = (list ?? [data]).map((item) => ({
    topic,
    key: joinKey((keyPartsOf[topic] ?? []).map((part) => item.code(part))),
  }));
  // One that is not understood must be sent again, and the others with it: to ask twice does no harm.
  for (const { faults } of list ?? []) body.faults.push(...faults);
  return named;
}

import { hash, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from '../answer.ts';
import type { BodyPart } from '../body-part.ts';
import { customerNamed, orderNamed } from '../webhook-body.ts';
import type { Named } from '../webhook-body.ts';
import { base64Of } from './scheme.ts';
import type { BodyFault, HeaderFault, Proven, Scheme } from './scheme.ts';

export interface AdobeIoOptions {
  /** Client ids of the projects in the Developer Console whose events are for us. */
  clientIds: () => readonly string[];
  /** Null: not known yet, and being asked for. */
  keyAt: (path: string) => KeyObject | null;
  /** UTC milliseconds. */
  now: () => number;
}

interface Signed {
  signature: Buffer;
  keyPath: string;
}

/** Adobe tries for 24 hours, and the shop hands its events over every minute. */
const maxAgeMs = 25 * 3_600_000;

const typePattern = /sales_order|order_(management|repository)|customer/;

/** One event, or a batch of them. What names nothing of ours is left out of it: the others must not suffer for that. */
function namedIn(body: BodyPart): Named | Named[] {
  const items = body.items();
  if (items === null) return namedByEvent(body);
  const named = items.map(namedByEvent).filter((_, at) => items[at]!.faults.length === 0);
  if (named.length === 0) body.fault(items[0]?.faults[0] ?? 'must hold an event');
  return named;
}

function namedByEvent(event: BodyPart): Named {
  const type = event.word('type', typePattern, 'must be the type of an event of orders or customers');
  const value = event.part('data').part('value');
  return (/sales_order|order_/.test(type) ? orderNamed : customerNamed)(value);
}

/**
 * Adobe I/O Events, one event a delivery or a batch of them: two signatures, base64 of RSA-SHA256 over the body, each
 * with the path of its key at Adobe; one that holds is enough, because Adobe changes one key at a time. Adobe signs for
 * all of its customers with these keys, so a signature only says that the event is Adobe's: that it is ours says the
 * recipient in the body, of each event.
 */
export function adobeIo(options: AdobeIoOptions): Scheme {
  return {
    path: '/webhooks/adobe-io',
    isOpen: () => options.clientIds().length > 0,
    claimIn: (headers) => {
      const signed = signaturesIn(headers);
      if (typeof signed === 'string') return signed;
      return { proofIn: (body) => proofOf(body, signed, options) };
    },
    namedIn,
    greeting,
  };
}

function signaturesIn(headers: IncomingHttpHeaders): Signed[] | HeaderFault {
  const found: Signed[] = [];
  for (const n of [1, 2]) {
    const signature = headers[`x-adobe-digital-signature-${n}`];
    const keyPath = headers[`x-adobe-public-key${n}-path`];
    if (typeof signature !== 'string' || typeof keyPath !== 'string') continue;
    const given = base64Of(signature);
    if (given === null || !/^\/prod\/keys\/pub-key-[\w-]{1,64}\.pem$/.test(keyPath))
      return 'signature_malformed';
    found.push({ signature: given, keyPath });
  }
  return found.length > 0 ? found : 'signature_missing';
}

function proofOf(body: Buffer, signed: Signed[], options: AdobeIoOptions): Proven | BodyFault {
  // Both, so that the second one is there when the first is replaced.
  const keys = signed.map(({ keyPath }) => options.keyAt(keyPath));
  const isProven = signed.some(({ signature }, at) => {
    const key = keys[at];
    return key != null && verify('sha256', body, key, signature);
  });
  if (!isProven) return keys.includes(null) ? 'key_unknown' : 'signature_wrong';
  const addresses = addressesOf(body);
  const clientIds = options.clientIds();
  if (addresses.length === 0 || !addresses.every(({ recipient = '' }) => clientIds.includes(recipient)))
    return 'recipient_wrong';
  // A time that cannot be read is none.
  if (addresses.some(({ time }) => options.now() - Date.parse(time ?? '') > maxAgeMs))
    return 'timestamp_stale';
  return { id: idOf(addresses) };
}

/** Of a batch, that of all its events: it comes again as it was. */
function idOf(addresses: readonly Address[]): string | null {
  const ids = addresses.map(({ id }) => id);
  if (ids.length === 1 || ids.includes(null)) return ids.length === 1 ? ids[0]! : null;
  return hash('sha256', ids.join(' '), 'base64');
}

interface Address {
  recipient: string | undefined;
  id: string | null;
  time: string | undefined;
}

/** Of each event. The names with underscores are the older ones. */
function addressesOf(body: Buffer): Address[] {
  return [JSON.parse(body.toString('utf8')) as unknown].flat().map((given) => {
    const event = given as Record<string, unknown> | null;
    const text = (...names: string[]) =>
      names.map((name) => event?.[name]).find((value) => typeof value === 'string');
    return {
      recipient: text('recipientclientid', 'recipient_client_id'),
      id: text('eventid', 'event_id', 'id') ?? null,
      time: text('time'),
    };
  });
}

/** Adobe sends a word, and wants to read it, before it delivers to an address. */
function greeting(query: URLSearchParams): Answer | null {
  const challenge = query.get('challenge');
  if (challenge === null || !/^[\w-]{1,128}$/.test(challenge)) return null;
  return { status: 200, reason: 'challenge', body: JSON.stringify({ challenge }) };
}

import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from '../answer.ts';
import type { BodyPart } from '../body-part.ts';
import type { Named } from '../webhook-body.ts';

/** Why a delivery is not believed. These show in its headers: its body is never read. */
export type HeaderFault = 'signature_missing' | 'signature_malformed' | 'timestamp_stale';

/** What its body shows. */
export type BodyFault = 'signature_wrong' | 'recipient_wrong' | 'timestamp_stale' | 'key_unknown';

/** A delivery that its sender has signed. */
export interface Proven {
  /** The sender's name for it, the same on every try, and signed like the rest. Null: the sender gives none. */
  id: string | null;
}

/** What the headers of a delivery claim; only its body can prove it. */
export interface Claim {
  proofIn(body: Buffer): Proven | BodyFault;
}

/** How one kind of sender delivers: where to, how it signs, and where in its body the order, or the customer, is named. */
export interface Scheme {
  path: string;
  /** Without a key it takes nothing, and is as if it were not there. */
  isOpen(): boolean;
  /** Judges the headers, before anything of the body is kept. */
  claimIn(headers: IncomingHttpHeaders): Claim | HeaderFault;
  /** What a body names, in a batch several; what is wrong with it, it gathers itself. */
  namedIn: (body: BodyPart) => Named | Named[];
  /** What this sender must read when its delivery was taken; left out: what every sender is told. */
  taken?: Pick<Answer, 'status' | 'body'>;
  /** Of a sender that tries the address by a GET before it uses it; null: this is no such try. */
  greeting?(query: URLSearchParams): Answer | null;
}

/**
 * The keys of what the configuration lists now: several at once, so that one can be replaced without losing a delivery.
 * Made anew when the list is another.
 */
export function keyList<Key>(
  texts: () => readonly string[],
  keyOf: (text: string) => Key,
): () => readonly Key[] {
  let current: readonly string[] = [];
  let keys: readonly Key[] = [];
  return () => {
    const now = texts();
    if (now !== current) {
      keys = now.map(keyOf);
      current = now;
    }
    return keys;
  };
}

/** Null when it is no base64, or longer than any signature. */
export function base64Of(text: string): Buffer | null {
  return text.length <= 1_024 && /^[A-Za-z0-9+/]{4,}={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null;
}

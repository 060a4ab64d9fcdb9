import { createHash } from 'node:crypto';

const charactersMax = 1_000;
const charactersKept = 200;

/**
 * A key as outcomes, parked records and log lines name it. Ours are short; a foreign writer's may have hundreds of
 * kilobytes, and what tells of its record must not itself be larger than a broker takes. Equal keys stay equal.
 */
export function shortKey(key: string): string {
  if (key.length <= charactersMax) return key;
  const digest = createHash('sha256').update(key).digest('hex');
  return `${key.slice(0, charactersKept)}…sha256:${digest}`;
}

/** Words about a record may repeat its key. */
export function shortText(text: string): string {
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax)}…`;
}

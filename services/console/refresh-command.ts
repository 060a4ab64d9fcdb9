import { splitKey } from '../../schemas/keys.ts';
import { shellWord } from '../platform/terminal.ts';

/** What `cartage refresh` is to be called with for a parked record. */
interface ParkedPlace {
  process: string;
  topic: string;
  key: string | null;
}

/**
 * What is asked for to have the key read at its source again. Null where a key cannot be named: undecodable records
 * have none, and a refresh of the ERP says only in its value which topic it was for.
 */
export function refreshTarget({ process, topic, key }: ParkedPlace): { topic: string; key: string } | null {
  if (key === null || key === '') return null;
  const asked = topic === 'cartage.refresh' ? (process === 'order-relay' ? 'magento.orders' : null) : topic;
  if (asked === null) return null;
  // An order that was asked for by its entity_id: its key is not known.
  if (asked === 'magento.orders' && splitKey(key, 3) === null) return null;
  return { topic: asked, key };
}

/**
 * The command that does it, for a POSIX shell. A key is text from another system: it is quoted, so that pasting it runs
 * nothing else. Null also where control characters would not survive the paste.
 */
export function refreshCommand(place: ParkedPlace): string | null {
  const target = refreshTarget(place);
  // oxlint-disable-next-line no-control-regex -- finding them is the point
  if (target === null || /[\u0000-\u001f\u007f]/.test(target.key)) return null;
  const options = target.key.startsWith('-') ? ' --' : '';
  return `cartage refresh${options} ${shellWord(target.topic)} ${shellWord(target.key)}`;
}

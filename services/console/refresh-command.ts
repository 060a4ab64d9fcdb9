import { splitKey } from '../../schemas/keys.ts';
import { shellWord } from '../platform/terminal.ts';

/** What `cartage refresh` is to be called with for a parked record. */
interface ParkedPlace {
  process: string;
  topic: string;
  key: string | null;
}

/**
 * The command that reads the key at its source again, for a POSIX shell. A key is text from another system: it is
 * quoted, so that pasting it runs nothing else. Null where a key cannot be named: undecodable records have none, a
 * refresh of the ERP says only in its value which topic it was for, and control characters do not survive a paste.
 */
export function refreshCommand({ process, topic, key }: ParkedPlace): string | null {
  // oxlint-disable-next-line no-control-regex -- finding them is the point
  if (key === null || key === '' || /[\u0000-\u001f\u007f]/.test(key)) return null;
  const asked = topic === 'cartage.refresh' ? (process === 'order-relay' ? 'magento.orders' : null) : topic;
  if (asked === null) return null;
  // An order that was asked for by its entity_id: its key is not known.
  if (asked === 'magento.orders' && splitKey(key, 3) === null) return null;
  const options = key.startsWith('-') ? ' --' : '';
  return `cartage refresh${options} ${shellWord(asked)} ${shellWord(key)}`;
}

import { createHash } from 'node:crypto';
import type { Image } from '../../../schemas/types.ts';

/**
 * The name of a file says what it was made of, and that Cartage made it: so no image is uploaded twice, whatever was
 * lost on the way, and none is touched that somebody else has put there. Magento adds a number to a name that is taken.
 */
const ownName = /\/([0-9a-f]{32})-cartage(?:_\d+)?\.\w+$/;

/** Null: it is none of Cartage's. */
export const digestIn = (file: string): string | null => ownName.exec(file)?.[1] ?? null;

export function imageDigest({ url, version, data }: Image): string {
  const source = data ?? JSON.stringify([url, version]);
  return createHash('sha256').update(source).digest('hex').slice(0, 32);
}

import { sourceKeyOf } from '../erp/sources/keys.ts';
import type { Claim } from './claims.ts';
import type { Dirt } from './dirt.ts';
import type { PublishedIndex } from './published-index.ts';
import type { Stream } from './stream.ts';

const nothing: readonly string[] = [];

/**
 * Records that the keys had and have no more, also those told as deleted that somebody asks for.
 * @param read what their answer holds.
 * @param unreadable keys of which that is not known.
 */
export function goneOf(
  { stream, index }: { stream: Stream; index: PublishedIndex },
  asked: ReadonlyMap<string, Dirt>,
  read: readonly Claim[],
  unreadable: ReadonlySet<string>,
): Claim[] {
  if (stream.shape.deleted === null) return [];
  const seen = new Map<string, string[]>();
  for (const { key, identity } of read) {
    const own = seen.get(key);
    if (own === undefined) seen.set(key, [identity]);
    else own.push(identity);
  }
  const gone: Claim[] = [];
  for (const [key, dirt] of asked) {
    if (unreadable.has(key)) continue;
    const sourceKey = sourceKeyOf(stream, key);
    for (const identity of index.othersOf(sourceKey, seen.get(key) ?? nothing))
      if (index.isLive(identity) || dirt.asked.has(identity)) gone.push({ key, sourceKey, identity });
  }
  return gone;
}

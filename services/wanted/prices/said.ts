import type { PriceKind, PriceRow } from '../../magento/price-kinds.ts';
import type { Difference } from './price-difference.ts';

/** What differs of a SKU, in a few words for its outcome; empty when nothing does. */
export function said(differences: ReadonlyMap<PriceKind, Difference>): string {
  const words: string[] = [];
  for (const [kind, { remove, write }] of differences) {
    const written = new Set(write.map(({ scope, group, quantity }) => `${scope} ${group} ${quantity}`));
    const gone = remove.filter(({ scope, group, quantity }) => !written.has(`${scope} ${group} ${quantity}`));
    words.push(...write.map((row) => `${kind} price ${row.price}${details(kind, row)}`));
    words.push(...gone.map((row) => `no ${kind} price ${row.price}${details(kind, row)} any more`));
  }
  return words.join('; ');
}

function details(kind: PriceKind, { scope, from, to, group, quantity }: PriceRow): string {
  const parts: string[] = [];
  if (kind === 'tier') parts.push(` from ${Number(quantity)} for ${group ?? 'all groups'}`);
  if (from !== null) parts.push(` from ${from}`);
  if (to !== null) parts.push(` to ${to}`);
  if (scope !== 0) parts.push(` in ${kind === 'tier' ? 'website' : 'store view'} ${scope}`);
  return parts.join('');
}

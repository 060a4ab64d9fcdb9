import type { Product } from '../../schemas/types.ts';
import type { DownloadLink } from '../magento/product-parts.ts';
import { compareDecimals } from '../platform/decimal.ts';

/** What a downloadable product offers by address. Null: the ERP says nothing of it. */
export function downloadsFor({ kind, downloads }: Product): DownloadLink[] | null {
  if (kind !== 'downloadable' || downloads === null) return null;
  return downloads.map(({ title, url, price, timesMax }, index) => ({
    id: null,
    title,
    price: price ?? '0',
    number_of_downloads: timesMax ?? 0,
    is_shareable: 2,
    sort_order: index + 1,
    link_type: 'url',
    link_url: url,
  }));
}

/** Chosen one by one where one of them has a price. */
export function downloadValues(downloads: readonly DownloadLink[] | null): Record<string, string> {
  if (downloads === null) return {};
  const isPriced = downloads.some(({ price }) => compareDecimals(price, '0') > 0);
  return { links_purchased_separately: isPriced ? '1' : '0' };
}

/**
 * All of them as they are to be, with the ids that what customers have bought hangs on, known by their address. Files
 * that somebody has uploaded in the admin stay.
 */
export function mergedDownloads(
  wanted: readonly DownloadLink[] | null,
  found: readonly DownloadLink[],
): readonly DownloadLink[] {
  if (wanted === null) return found;
  const uploaded = found.filter(({ link_type }) => link_type !== 'url');
  const merged = wanted.map((link) => ({
    ...link,
    id: found.find(({ link_url }) => link_url === link.link_url)?.id ?? null,
  }));
  return [...uploaded, ...merged];
}

export function sameDownloads(wanted: readonly DownloadLink[], found: readonly DownloadLink[]): boolean {
  const now = found
    .filter(({ link_type }) => link_type === 'url')
    .toSorted((left, right) => (left.sort_order ?? 0) - (right.sort_order ?? 0));
  return (
    now.length === wanted.length &&
    now.every((link, index) => {
      const other = wanted[index]!;
      return (
        link.title === other.title &&
        link.link_url === other.link_url &&
        link.number_of_downloads === other.number_of_downloads &&
        compareDecimals(link.price, other.price) === 0
      );
    })
  );
}

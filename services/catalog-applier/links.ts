import type { Product } from '../../schemas/types.ts';
import type { ProductLink } from '../magento/product-parts.ts';
import { foldSku } from '../magento/sku.ts';
import { compareDecimals } from '../platform/decimal.ts';
import type { Rejected } from '../platform/errors.ts';
import { present } from './members.ts';
import type { Members } from './members.ts';

/** By Magento's type of link, those that the ERP speaks of alone. */
export type PlannedLinks = ReadonlyMap<string, readonly ProductLink[]>;

/** What a group is made of, and what a product is shown with: the same thing to Magento. */
export function linksFor(product: Product, members: Members, faults: Rejected[]): PlannedLinks {
  const { kind, parts, related, upSells, crossSells } = product;
  const said: [type: string, skus: readonly { sku: string; quantity: string | null }[] | null][] = [
    ['associated', kind === 'grouped' ? parts : null],
    ['related', plain(related)],
    ['upsell', plain(upSells)],
    ['crosssell', plain(crossSells)],
  ];
  const planned = new Map<string, ProductLink[]>();
  for (const [type, rows] of said) {
    if (rows === null) continue;
    const what = type === 'associated' ? 'part' : 'link';
    const links = present(product, what, rows, members, faults).map(({ row, member }, index) => ({
      link_type: type,
      linked_product_sku: member.sku,
      linked_product_type: member.type_id,
      position: index + 1,
      extension_attributes: { qty: row.quantity },
    }));
    planned.set(type, links);
  }
  return planned;
}

const plain = (skus: readonly string[] | null) => skus?.map((sku) => ({ sku, quantity: null })) ?? null;

/**
 * All links as they are to be, those of other types as they are, because a write replaces them all; undefined when they
 * are as wanted. Their order counts, their numbers do not.
 */
export function linksDifference(
  planned: PlannedLinks,
  found: readonly ProductLink[] | null,
): readonly ProductLink[] | undefined {
  if (planned.size === 0 || found === null) return undefined;
  const others = found.filter(({ link_type }) => !planned.has(link_type));
  const isSame = [...planned].every(([type, wanted]) => {
    const now = found
      .filter(({ link_type }) => link_type === type)
      .toSorted((left, right) => (left.position ?? 0) - (right.position ?? 0));
    return now.length === wanted.length && now.every((link, index) => isAs(link, wanted[index]!));
  });
  return isSame ? undefined : [...others, ...[...planned.values()].flat()];
}

function isAs(found: ProductLink, wanted: ProductLink): boolean {
  const { qty } = wanted.extension_attributes;
  return (
    foldSku(found.linked_product_sku) === foldSku(wanted.linked_product_sku) &&
    (qty === null || compareDecimals(found.extension_attributes.qty ?? '0', qty) === 0)
  );
}

import type { Product } from '../../schemas/types.ts';
import type { Member, Products } from '../magento/products.ts';
import { foldSku } from '../magento/sku.ts';
import { Held, Rejected } from '../platform/errors.ts';

/** The products that a product refers to, as the shop has them: by the SKU of the ERP. */
export type Members = ReadonlyMap<string, Member>;

/** All that a product refers to, in one reading: its children, its parts, and what it is linked with. */
export async function membersOf(product: Product, products: Pick<Products, 'members'>): Promise<Members> {
  const { children, parts, bundle, related, upSells, crossSells } = product;
  const skus = [
    ...(children ?? []),
    ...(parts ?? []).map(({ sku }) => sku),
    ...(bundle?.options ?? []).flatMap((option) => option.parts.map(({ sku }) => sku)),
    ...[related, upSells, crossSells].flatMap((list) => list ?? []),
  ];
  return skus.length === 0 ? new Map() : products.members([...new Set(skus)]);
}

const composites = new Set(['configurable', 'grouped', 'bundle']);

/** Such a product is sold through others, cannot be a part of others, and has no stock of its own. */
export const isComposite = (typeId: string) => composites.has(typeId);

/**
 * Of those that a product names: each that can be taken in, once. Every other one is a fault of its own, which is told
 * after all else is written, so that it holds back nothing but itself.
 */
export function present<Row extends { sku: string }>(
  { sku: parent }: Product,
  what: 'part' | 'link',
  rows: readonly Row[],
  members: Members,
  faults: Rejected[],
): { row: Row; member: Member }[] {
  const taken = new Set([foldSku(parent)]);
  return rows.flatMap((row) => {
    const member = members.get(row.sku);
    if (taken.has(foldSku(row.sku))) return [];
    taken.add(foldSku(row.sku));
    if (member === undefined) faults.push(missing(parent, what, row.sku));
    else if (what === 'part' && isComposite(member.type_id)) faults.push(composite(parent, member));
    else return [{ row, member }];
    return [];
  });
}

function missing(parent: string, what: string, sku: string): Held {
  return new Held({
    code: 'product.child_missing',
    what: `Product ${parent} was written without its ${what} ${sku}, which the shop does not have`,
    fix: 'See that the products stream gives it; it is taken in within minutes after it has come',
    waitsFor: `product/${sku}`,
  });
}

function composite(parent: string, { sku, type_id }: Member): Rejected {
  return new Rejected({
    code: 'product.part_composite',
    what: `Product ${parent} was written without its part ${sku}, which is ${type_id}`,
    why: 'Magento sells no product that is made of others as a part of others',
    fix: 'Name what it is made of instead, in the ERP or in the query of the products stream',
  });
}

import type { Bundle, BundleOption as Wanted, Product } from '../../schemas/types.ts';
import type { BundleOption, BundleOptionWrite } from '../magento/product-parts.ts';
import type { Member } from '../magento/products.ts';
import { foldSku } from '../magento/sku.ts';
import { compareDecimals } from '../platform/decimal.ts';
import { Rejected } from '../platform/errors.ts';
import { valueIn } from '../wanted/products/attribute-value.ts';
import { present } from './members.ts';
import type { Members } from './members.ts';

export interface PlannedBundle {
  options: readonly BundleOptionWrite[];
  hasOwnPrice: boolean;
}

/** The options with the parts that are there; one without any waits for them, as a customer could not answer it. */
export function bundleFor(product: Product, members: Members, faults: Rejected[]): PlannedBundle | null {
  if (product.kind !== 'bundle' || product.bundle === null) return null;
  const { options, hasOwnPrice } = product.bundle;
  if (new Set(options.map(({ title }) => title)).size < options.length) throw alike(product);
  const planned = options.map((option) => optionOf(product, option, hasOwnPrice, members, faults));
  const answerable = planned.filter(({ product_links }) => product_links.length > 0);
  return { hasOwnPrice, options: answerable.map((option, index) => ({ ...option, position: index + 1 })) };
}

function optionOf(
  product: Product,
  { title, input, required, parts }: Wanted,
  hasOwnPrice: boolean,
  members: Members,
  faults: Rejected[],
): BundleOptionWrite {
  const links = present(product, 'part', parts, members, faults).map(({ row, member }, index) => ({
    id: null,
    sku: member.sku,
    qty: row.quantity,
    position: index + 1,
    is_default: row.isDefault,
    price: hasOwnPrice ? (row.surcharge ?? '0') : null,
    price_type: hasOwnPrice ? Number(row.isPercent) : null,
    can_change_quantity: row.quantityMayChange,
  }));
  return { option_id: null, title, required, type: input, position: null, product_links: links };
}

/** How it is priced and sent are attributes; that it is sold under its own SKU is how the ERP knows it. */
export function bundleValues(
  { bundle, weight }: Pick<Product, 'bundle' | 'weight'>,
  isNew: boolean,
): Record<string, string> {
  const said: Partial<Bundle> = bundle ?? {};
  return {
    ...(isNew
      ? { price_type: '0', sku_type: '1', price_view: '0', shipment_type: '0', weight_type: '0' }
      : {}),
    ...(weight === null ? {} : { weight_type: '1' }),
    ...(said.hasOwnPrice === undefined ? {} : { price_type: said.hasOwnPrice ? '1' : '0' }),
    ...(said.shipsSeparately === undefined ? {} : { shipment_type: said.shipsSeparately ? '1' : '0' }),
  };
}

/** Of one in the shop. */
export const hasOwnPrice = (product: Pick<Member, 'custom_attributes'>): boolean =>
  valueIn(product, 'price_type') === '1';

/**
 * All options as they are to be; undefined when they are. What is there already keeps its ids, which open carts and
 * translations hang on: an option by its title, a part by its SKU. No options at all Magento takes for nothing said.
 */
export function bundleDifference(
  { options, hasOwnPrice }: PlannedBundle,
  found: readonly BundleOption[],
): readonly BundleOptionWrite[] | undefined {
  const now = sorted(found);
  const isSame =
    now.length === options.length && now.every((one, index) => isAs(one, options[index]!, hasOwnPrice));
  if (isSame || options.length === 0) return undefined;
  return options.map((option) => {
    const known = found.find(({ title }) => title === option.title);
    const idOf = (sku: string) =>
      known?.product_links.find((link) => foldSku(link.sku) === foldSku(sku))?.id ?? null;
    return {
      ...option,
      option_id: known?.option_id ?? null,
      product_links: option.product_links.map((link) => ({ ...link, id: idOf(link.sku) })),
    };
  });
}

function isAs(found: BundleOption, wanted: BundleOptionWrite, hasOwnPrice: boolean): boolean {
  const links = sorted(found.product_links);
  return (
    found.title === wanted.title &&
    found.type === wanted.type &&
    found.required === wanted.required &&
    links.length === wanted.product_links.length &&
    links.every((link, index) => {
      const other = wanted.product_links[index]!;
      return (
        foldSku(link.sku) === foldSku(other.sku) &&
        compareDecimals(link.qty, other.qty) === 0 &&
        link.is_default === other.is_default &&
        link.can_change_quantity === other.can_change_quantity &&
        (!hasOwnPrice ||
          (compareDecimals(link.price ?? '0', other.price!) === 0 && link.price_type === other.price_type))
      );
    })
  );
}

const sorted = <Row extends { position: number | null }>(rows: readonly Row[]): Row[] =>
  rows.toSorted((left, right) => (left.position ?? 0) - (right.position ?? 0));

function alike({ sku }: Product): Rejected {
  return new Rejected({
    code: 'product.bundle_unusable',
    what: `Product ${sku}: two options of the bundle have the same title`,
    why: 'A customer could not tell them apart, and neither could the next comparison',
    fix: 'Give each option a title of its own in the column bundle',
  });
}

import { joinKey, splitKey } from '../../schemas/keys.ts';
import type { Product } from '../../schemas/types.ts';
import type { Attribute } from '../magento/attributes.ts';
import type { MagentoProduct, Member, Products, VariantsWrite } from '../magento/products.ts';
import type { Config } from '../platform/config/schema.ts';
import { Held, Rejected } from '../platform/errors.ts';
import type { SetDefinition } from './definitions.ts';
import type { Members } from './members.ts';
import { valueIn } from '../wanted/products/attribute-value.ts';

/** What a configurable product is to be made of: the children that can be linked now. */
export type PlannedVariants = Required<VariantsWrite>;

/**
 * Children are linked as far as they are there and can be told apart; each other one is a fault of its own, which is
 * told after all else is written, so that it holds back nothing but itself. Null: the ERP says nothing of children.
 * @throws Held, Rejected when the attributes themselves cannot tell children apart
 */
export function variantsFor(
  product: Product,
  set: SetDefinition,
  catalog: Config['catalog'],
  members: Members,
  faults: Rejected[],
): PlannedVariants | null {
  if (product.kind !== 'configurable' || product.children === null) return null;
  const attributes = product.variesBy.map((code) => attributeFor(product, code, set, catalog));
  if (attributes.length === 0) throw unusable(product, 'its column varies_by names no attribute');
  const linked = new Map<string, Member>();
  for (const sku of product.children) {
    const child = members.get(sku);
    const values = child && attributes.map(({ code }) => valueIn(child, code));
    if (values === undefined || values.includes(null))
      faults.push(incomplete(product, sku, attributes, child));
    else if (linked.has(values.join())) faults.push(alike(product, sku, linked.get(values.join())!.sku));
    else linked.set(values.join(), child!);
  }
  const children = [...linked.values()];
  const options = attributes.map(({ id, label, code }) => ({
    attributeId: id,
    label,
    values: [...new Set(children.map((child) => valueIn(child, code)!))],
  }));
  return { options, children: children.map(({ id }) => id) };
}

/** What is to be written of them; undefined when they are as wanted, or cannot be yet: an option needs a value. */
export function variantsDifference(
  write: PlannedVariants,
  {
    configurable_product_options: options,
    configurable_product_links: links,
  }: MagentoProduct['extension_attributes'],
): VariantsWrite | undefined {
  const sameOptions = isSameSet(
    options.map(({ attribute_id }) => attribute_id),
    write.options.map(({ attributeId }) => String(attributeId)),
  );
  if (sameOptions && isSameSet(links, write.children)) return undefined;
  if (sameOptions) return { children: write.children };
  return write.children.length === 0 ? undefined : write;
}

/** Of children that are waited for, named by `waitsFor` below: those that can be linked now. */
export async function linkable(
  names: readonly string[],
  products: Pick<Products, 'members'>,
): Promise<ReadonlySet<string>> {
  const parts = names.map((name) => splitKey(name, 2) ?? ['', '']);
  const known = await products.members(parts.map(([, sku]) => sku!));
  return new Set(
    names.filter((_name, index) => {
      const [codes, sku] = parts[index]!;
      const child = known.get(sku!);
      return child !== undefined && codes!.split(',').every((code) => valueIn(child, code) !== null);
    }),
  );
}

const isSameSet = <Value>(left: readonly Value[], right: readonly Value[]): boolean =>
  new Set([...left, ...right]).size === left.length && left.length === right.length;

function attributeFor(
  product: Product,
  erpCode: string,
  set: SetDefinition,
  catalog: Config['catalog'],
): Attribute {
  const code = catalog.attributes[erpCode];
  if (code === undefined)
    throw new Held({
      code: 'product.varies_by_unmapped',
      what: `Product ${product.sku} varies by ${erpCode}, which has no attribute of the shop`,
      fix: `Add ${erpCode}: <attribute code> under catalog.attributes in the configuration; it is released by that`,
      waitsFor: `configuration/catalog/attributes/${erpCode}`,
    });
  const attribute = set.attributes.get(code);
  if (attribute === undefined)
    throw unusable(product, `the attribute set ${set.name} has no attribute ${code}`);
  if (attribute.input === 'select' && attribute.takesOptions) return attribute;
  throw unusable(
    product,
    `${code} is no drop-down or swatch with options (its input is ${attribute.input ?? 'none'})`,
  );
}

function unusable({ sku }: Product, why: string): Rejected {
  return new Rejected({
    code: 'product.varies_by_unusable',
    what: `Product ${sku}: its children cannot be told apart`,
    why,
    fix: 'Correct the column varies_by or catalog.attributes, or the attribute under Stores > Attributes (a drop-down of global scope)',
  });
}

function incomplete(
  { sku: parent }: Product,
  sku: string,
  attributes: readonly Attribute[],
  child: Member | undefined,
): Held {
  const codes = attributes.map(({ code }) => code);
  const lacks = codes.filter((code) => child === undefined || valueIn(child, code) === null);
  return new Held({
    code: child === undefined ? 'product.child_missing' : 'product.child_incomplete',
    what: `Product ${parent} was written without its child ${sku}, ${child === undefined ? 'which the shop does not have' : `which has no ${lacks.join(', ')}`}`,
    fix: 'See that the products stream gives the child, with these attributes; it is linked within minutes after it has come',
    waitsFor: `variant/${joinKey([codes.join(), sku])}`,
  });
}

function alike({ sku: parent }: Product, sku: string, other: string): Rejected {
  return new Rejected({
    code: 'product.children_alike',
    what: `Product ${parent} was written without its child ${sku}: ${other} has the same values`,
    why: 'A customer could not choose between them, so Magento refuses both',
    fix: 'Correct the attributes of one of them in the ERP, or name a further one in the column varies_by',
  });
}

import type { Call } from '../rest/call.ts';
import { badRequest, notFound } from '../rest/errors.ts';
import { membersOf } from '../rest/input.ts';
import { asText, isObject } from '../rest/json.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import type { Database } from '../state/database.ts';
import type {
  BundleOption,
  BundleSettings,
  DownloadRow,
  LinkRow,
  ProductRow,
} from '../state/catalog-rows.ts';
import { checkParts } from '../inventory/bundle-rule.ts';
import { findProduct, getProduct } from './lookup.ts';

const COMPOSITES = ['configurable', 'grouped', 'bundle'];

/** What a product request says of other products and of files, checked before anything is changed. */
export interface GivenParts {
  links?: LinkRow[];
  bundle?: BundleSettings;
  downloads?: DownloadRow[];
}

/** Not recorded: by the published source of Magento. @throws RestError 400, 404 */
export function partsOf(
  { shop: { db } }: Call,
  typeId: string,
  given: JsonObject,
  existing: ProductRow | undefined,
): GivenParts {
  const { extension_attributes: extension, product_links: links } = given;
  const { bundle_product_options: options, downloadable_product_links: files } = membersOf(extension);
  const parts: GivenParts = {};
  if (Array.isArray(links)) parts.links = links.map((link) => linkOf(db, membersOf(link)));
  // No options at all are taken for nothing said.
  if (typeId === 'bundle' && Array.isArray(options) && options.length > 0)
    parts.bundle = checked(db, bundleOf(db, options, given, existing?.bundle));
  // With other extension attributes, what is not named goes: Downloadable/Model/Link/UpdateHandler.
  if (typeId === 'downloadable' && isObject(extension))
    parts.downloads = rowsOf(files).map((file) => downloadOf(db, file, existing?.downloads ?? []));
  return parts;
}

function checked(db: Database, bundle: BundleSettings): BundleSettings {
  const ids = bundle.options.flatMap(({ selections }) => selections.map(({ product_id }) => product_id));
  if (bundle.shipment_type === 'together')
    checkParts(
      db,
      ids.map((id) => db.products.get(id)!),
    );
  return bundle;
}

const rowsOf = (given: Json | undefined): JsonObject[] => (Array.isArray(given) ? given.map(membersOf) : []);

function linkOf(db: Database, link: JsonObject): LinkRow {
  const sku = asText(link['linked_product_sku']);
  const linked = findProduct(db, sku);
  if (linked === undefined) throw notFound('The Product with the "%1" SKU doesn\'t exist.', [sku]);
  const { qty } = membersOf(link['extension_attributes']);
  return {
    type: asText(link['link_type']),
    sku: linked.sku,
    position: Number(link['position'] ?? 0),
    ...(qty === undefined ? {} : { qty: Number(qty) }),
  };
}

/** Options and selections that are named by their ids stay, others are made, and what is not named goes. */
function bundleOf(
  db: Database,
  options: readonly Json[],
  given: JsonObject,
  before: BundleSettings | undefined,
): BundleSettings {
  const attributes = rowsOf(given['custom_attributes']);
  const valueOf = (code: string) => attributes.find((one) => one['attribute_code'] === code)?.['value'];
  const [price, shipment] = [valueOf('price_type'), valueOf('shipment_type')];
  const fixed = price === undefined ? before?.price_type === 'fixed' : asText(price) === '1';
  const apart = shipment === undefined ? before?.shipment_type === 'separately' : asText(shipment) === '1';
  return {
    price_type: fixed ? 'fixed' : 'dynamic',
    shipment_type: apart ? 'separately' : 'together',
    options: rowsOf(options as Json[])
      .toSorted((left, right) => Number(left['position']) - Number(right['position']))
      .map((option) => optionOf(db, option, before)),
  };
}

function optionOf(db: Database, option: JsonObject, before: BundleSettings | undefined): BundleOption {
  const known = before?.options.find(({ option_id }) => option_id === Number(option['option_id']));
  const taken = new Set<number>();
  return {
    option_id: known?.option_id ?? db.next('bundle_option'),
    title: asText(option['title']),
    type: asText(option['type']),
    required: option['required'] === true,
    selections: rowsOf(option['product_links'])
      .toSorted((left, right) => Number(left['position']) - Number(right['position']))
      .map((link) => {
        const product = getProduct(db, asText(link['sku']));
        if (COMPOSITES.includes(product.type_id))
          throw badRequest("The bundle product can't contain another composite product.");
        if (taken.has(product.id))
          throw badRequest('Child with specified sku: "%1" already assigned to product: "%2"');
        taken.add(product.id);
        const selection = known?.selections.find(({ selection_id }) => selection_id === Number(link['id']));
        return {
          selection_id: selection?.selection_id ?? db.next('bundle_selection'),
          product_id: product.id,
          qty: Number(link['qty']),
          price: Number(link['price'] ?? 0),
          isPercent: Number(link['price_type'] ?? 0) === 1,
          isDefault: link['is_default'] === true,
          mayChange: Number(link['can_change_quantity'] ?? 0) === 1,
        };
      }),
  };
}

function downloadOf(db: Database, link: JsonObject, before: readonly DownloadRow[]): DownloadRow {
  const id = link['id'] === undefined ? undefined : Number(link['id']);
  if (id !== undefined && !before.some((one) => one.id === id))
    throw notFound('No downloadable link with the provided ID was found. Verify the ID and try again.');
  const [type, title, price] = [asText(link['link_type']), asText(link['title']), Number(link['price'])];
  if (!['url', 'file'].includes(type)) throw badRequest('The link type is invalid. Verify and try again.');
  if ('sample_type' in link && !['url', 'file'].includes(asText(link['sample_type'])))
    throw badRequest('The link sample type is invalid. Verify and try again.');
  if (Number.isNaN(price) || price < 0) throw badRequest('Link price must have numeric positive value.');
  if (type === 'url' && !/^https?:\/\/\S+$/.test(asText(link['link_url'])))
    throw badRequest('Link URL must have valid format.');
  if (title === '') throw badRequest('The link title is empty. Enter the link title and try again.');
  return {
    ...link,
    id: id ?? db.next('download'),
    title,
    price,
    sort_order: Number(link['sort_order'] ?? 0),
    link_type: type,
    number_of_downloads: Number(link['number_of_downloads'] ?? 0),
  };
}

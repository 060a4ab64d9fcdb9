import type { z } from 'zod';
import { products } from '../../../schemas/topics.ts';
import type { Bundle, Image, Product, Translation } from '../../../schemas/types.ts';
import { keyPartsOf, productColumns } from '../columns.ts';
import type { RowShape } from './row.ts';

type Columns = z.infer<typeof productColumns>;

/** Of a product that is gone. */
const nothing = {
  kind: '',
  name: '',
  description: null,
  weight: null,
  enabled: false,
  taxClass: null,
  visibility: null,
  attributeSet: null,
  attributes: {},
  translations: null,
  websites: null,
  categories: null,
  variesBy: [],
  children: null,
  parts: null,
  bundle: null,
  downloads: null,
  related: null,
  upSells: null,
  crossSells: null,
  images: null,
};

export const productRows: RowShape<Product> = {
  contract: products,
  keyParts: keyPartsOf['erp.products']!,
  read: (row, origin) => {
    const { sku, kind, name, enabled, ...rest } = productColumns.parse(row);
    return {
      sku,
      ...origin,
      kind,
      name,
      description: rest.description ?? null,
      weight: rest.weight ?? null,
      enabled,
      taxClass: rest.tax_class ?? null,
      visibility: rest.visibility ?? null,
      attributeSet: rest.attribute_set ?? null,
      attributes: textsOf(rest.attributes ?? {}),
      translations: rest.translations ? translationsOf(rest.translations) : null,
      websites: rest.websites ?? null,
      categories: rest.categories ?? null,
      variesBy: rest.varies_by ?? [],
      children: rest.children ?? null,
      parts: rest.parts?.map((part) => ({ sku: part.sku, quantity: part.quantity ?? one })) ?? null,
      bundle: rest.bundle ? bundleOf(rest.bundle) : null,
      downloads: rest.downloads?.map(downloadOf) ?? null,
      related: rest.related ?? null,
      upSells: rest.up_sells ?? null,
      crossSells: rest.cross_sells ?? null,
      images: rest.images?.map(imageOf) ?? null,
      deleted: false,
      twin: null,
    };
  },
  deleted: ([sku = ''], origin) => ({ sku, ...origin, ...nothing, deleted: true, twin: null }),
};

const one = '1.0000';

function bundleOf({ price, shipment, options }: NonNullable<Columns['bundle']>): Bundle {
  return {
    hasOwnPrice: price === 'own',
    shipsSeparately: shipment === 'separately',
    options: options.map(({ title, input, required, parts }) => ({
      title,
      input: input ?? 'select',
      required: required ?? true,
      parts: parts.map((part) => ({
        sku: part.sku,
        quantity: part.quantity ?? one,
        isDefault: part.default ?? false,
        quantityMayChange: part.quantityMayChange ?? false,
        surcharge: part.surcharge ?? null,
        isPercent: part.percent ?? false,
      })),
    })),
  };
}

const downloadOf = ({ title, url, price, timesMax }: NonNullable<Columns['downloads']>[number]) => ({
  title,
  url,
  price: price ?? null,
  timesMax: timesMax ?? null,
});

function imageOf(image: NonNullable<Columns['images']>[number]): Image {
  const { url, version, data, label, roles, disabled } = image;
  return {
    url: url ?? null,
    version: version == null ? null : String(version),
    data: data ?? null,
    label: label ?? null,
    roles: roles ?? null,
    disabled: disabled ?? false,
  };
}

function translationsOf(translations: NonNullable<Columns['translations']>): Translation[] {
  const views = Object.keys(translations).toSorted();
  return views.map((view) => ({ view, values: textsOf(translations[view]!) }));
}

/** Attribute values as text; an attribute without a value is left out. Sorted, so that equal sets are equal records. */
function textsOf(attributes: NonNullable<Columns['attributes']>): Record<string, string> {
  const texts = Object.entries(attributes).flatMap(([code, value]) =>
    value === null ? [] : [[code, Array.isArray(value) ? value.join('\n') : String(value)] as const],
  );
  return Object.fromEntries(texts.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

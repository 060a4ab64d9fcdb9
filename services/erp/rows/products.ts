import type { z } from 'zod';
import { products } from '../../../schemas/topics.ts';
import type { Image, Product } from '../../../schemas/types.ts';
import { keyPartsOf, productColumns } from '../columns.ts';
import type { RowShape } from './row.ts';

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
      websites: rest.websites ?? null,
      categories: rest.categories ?? null,
      variesBy: rest.varies_by ?? [],
      children: rest.children ?? null,
      images: rest.images?.map(imageOf) ?? null,
      deleted: false,
      twin: null,
    };
  },
  deleted: ([sku = ''], origin) => ({
    sku,
    ...origin,
    kind: '',
    name: '',
    description: null,
    weight: null,
    enabled: false,
    taxClass: null,
    visibility: null,
    attributeSet: null,
    attributes: {},
    websites: null,
    categories: null,
    variesBy: [],
    children: null,
    images: null,
    deleted: true,
    twin: null,
  }),
};

function imageOf(image: NonNullable<z.infer<typeof productColumns>['images']>[number]): Image {
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

/** Attribute values as text; an attribute without a value is left out. Sorted, so that equal sets are equal records. */
function textsOf(
  attributes: NonNullable<z.infer<typeof productColumns>['attributes']>,
): Record<string, string> {
  const texts = Object.entries(attributes).flatMap(([code, value]) =>
    value === null ? [] : [[code, Array.isArray(value) ? value.join('\n') : String(value)] as const],
  );
  return Object.fromEntries(texts.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

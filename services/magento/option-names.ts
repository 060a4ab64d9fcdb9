import { z } from 'zod';
import { searchValues } from './rest/list.ts';
import type { Rest } from './rest/rest.ts';
import { integer, listOf, mapOf, optionalText, text } from './shapes.ts';

/** What a product calls its options and their values now; orders hold ids alone (FACTS section 13). */
export interface OptionNames {
  /** The product's own, which options have changed in an order. */
  sku: string | null;
  /** By `kind/option`. */
  options: ReadonlyMap<string, string>;
  /** By `kind/option/value`, of downloads by `downloadable//link`: what was typed may look like the id of another option's value. */
  values: ReadonlyMap<string, string>;
}

const named = z.object({
  id: integer,
  sku: optionalText,
  options: listOf(
    z.object({
      option_id: text,
      title: optionalText,
      values: listOf(z.object({ option_type_id: text, title: optionalText })),
    }),
  ).catch([]),
  extension_attributes: mapOf({
    configurable_product_options: listOf(z.object({ attribute_id: text, label: optionalText })).catch([]),
    bundle_product_options: listOf(z.object({ option_id: text, title: optionalText })).catch([]),
    downloadable_product_links: listOf(z.object({ id: text, title: optionalText })).catch([]),
  }),
});
const fields =
  'items[id,sku,options[option_id,title,values[option_type_id,title]],extension_attributes[configurable_product_options[attribute_id,label],bundle_product_options[option_id,title],downloadable_product_links[id,title]]],total_count';

/**
 * As the admin has them. Values of configurable products are options of attributes, which only who may change attributes
 * may read, so those have no names here.
 */
export async function optionNamesOf(
  rest: Rest,
  productIds: readonly number[],
): Promise<Map<number, OptionNames>> {
  const search = { sort: [{ field: 'entity_id', direction: 'ASC' as const }], pageSize: 20, fields };
  const call = { path: ['products'], search, item: named, id: 'id', scope: 'all' };
  const { items } = await searchValues(rest, call, 'entity_id', productIds.map(String));
  return new Map(items.map((product) => [product.id, namesOf(product)]));
}

function namesOf({ sku, options, extension_attributes: own }: z.infer<typeof named>): OptionNames {
  const entry = (kind: string, id: string, name: string | null): [string, string][] =>
    name === null ? [] : [[`${kind}/${id}`, name]];
  return {
    sku,
    options: new Map([
      ...options.flatMap(({ option_id, title }) => entry('custom', option_id, title)),
      ...own.configurable_product_options.flatMap((one) =>
        entry('configurable', one.attribute_id, one.label),
      ),
      ...own.bundle_product_options.flatMap((one) => entry('bundle', one.option_id, one.title)),
    ]),
    values: new Map([
      ...options.flatMap(({ option_id, values }) =>
        values.flatMap((value) => entry('custom', `${option_id}/${value.option_type_id}`, value.title)),
      ),
      ...own.downloadable_product_links.flatMap(({ id, title }) => entry('downloadable', `/${id}`, title)),
    ]),
  };
}

import { badRequest, FatalError } from '../rest/errors.ts';
import { membersOf } from '../rest/input.ts';
import { asText, isObject } from '../rest/json.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import type { Call } from '../rest/call.ts';
import type { Database } from '../state/database.ts';
import type { ConfigurableLinks, ConfigurableOption, ProductRow } from '../state/catalog-rows.ts';
import { codeOfId, idOf } from './attribute-definitions.ts';
import { valueAt } from './lookup.ts';

const valueOf = (product: ProductRow, code: string): string => asText(valueAt(product, code, 0) ?? '');

/**
 * What a product request says of its options and children, checked before anything is changed: each child has a value
 * for every option, and no two of them the same. Links replace; options that are not named go. Not recorded: by the
 * published source of Magento.
 *
 * @throws RestError 400
 */
export function configurableOf(
  { shop: { db } }: Call,
  typeId: string,
  given: JsonObject,
  existing: ProductRow | undefined,
): ConfigurableLinks | undefined {
  const before = existing?.configurable;
  if (typeId !== 'configurable') return before;
  const { configurable_product_options: options, configurable_product_links: links } = membersOf(
    given['extension_attributes'],
  );
  const wanted: ConfigurableLinks = {
    options: Array.isArray(options)
      ? options.map((option) => optionOf(db, option, before))
      : (before?.options ?? []),
    child_ids: Array.isArray(links) ? [...new Set(links.map(Number))] : (before?.child_ids ?? []),
  };
  if (Array.isArray(links)) checkChildren(db, wanted);
  return wanted;
}

export function optionOf(
  db: Database,
  given: Json,
  before: ConfigurableLinks | undefined,
): ConfigurableOption {
  if (!isObject(given)) throw new FatalError();
  const attributeId = asText(given['attribute_id']);
  const known = before?.options.find((one) => one.attribute_id === attributeId);
  const values = given['values'];
  if (known === undefined && (!Array.isArray(values) || values.length === 0))
    throw badRequest('Option values are not specified.');
  return {
    id: known?.id ?? db.next('configurable_option'),
    attribute_id: attributeId,
    attribute_code: codeOfId(attributeId) ?? '',
    label: asText(given['label'] ?? known?.label),
    position: Number(given['position'] ?? known?.position ?? 0),
  };
}

function checkChildren(db: Database, { options, child_ids }: ConfigurableLinks): void {
  const seen = new Map<string, number>();
  for (const id of child_ids) {
    const child = db.products.get(id);
    if (child === undefined)
      throw badRequest("The product that was requested doesn't exist. Verify the product and try again.");
    const values = options.map(({ attribute_code: code }) => {
      const value = valueOf(child, code);
      if (value !== '') return `${idOf(code)}:${value}`;
      throw badRequest('Product with id "%1" does not contain required attribute "%2".', [id, code]);
    });
    const key = values.join();
    const other = seen.get(key);
    if (other !== undefined)
      throw badRequest('Products "%1" and "%2" have the same set of attribute values.', [id, other]);
    seen.set(key, id);
  }
}

/** @throws RestError 400 */
export function addChild(db: Database, parent: ProductRow, child: ProductRow): void {
  const links = parent.configurable;
  if (links === undefined || links.options.length === 0)
    throw badRequest("The parent product doesn't have configurable product options.");
  if (links.child_ids.includes(child.id)) throw badRequest('The product is already attached.');
  for (const { attribute_code: code } of links.options)
    if (valueOf(child, code) === '')
      throw badRequest(
        'The child product doesn\'t have the "%1" attribute value. Verify the value and try again.',
        [code],
      );
  links.child_ids.push(child.id);
  db.products.save(parent);
}

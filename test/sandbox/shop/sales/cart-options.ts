import { asText } from '../rest/json.ts';
import { cartPriceOf, valueAt } from '../catalog/lookup.ts';
import { badRequest } from '../rest/errors.ts';
import { membersOf } from '../rest/input.ts';
import type { Json } from '../rest/json.ts';
import { isObject } from '../rest/json.ts';
import type { Database } from '../state/database.ts';
import type { BundleSettings, ConfigurableLinks, ProductRow } from '../state/catalog-rows.ts';

/** A simple product inside a configurable or a bundle, with its quantity per parent. */
export interface Part {
  product: ProductRow;
  qty: number;
  /** Price of the child line; 0 when the parent carries it. */
  price: number;
  /** What the selection adds to the price of a fixed bundle. */
  surcharge?: number;
  /** Title of the option of a bundle that it was chosen for. */
  label?: string;
}

/** @throws RestError 400 when the option is missing or no child has it */
export function configurablePart(db: Database, links: ConfigurableLinks, option: Json): Part {
  const chosen = listIn(option, 'configurable_item_options').filter(isObject);
  const isChosen = (child: ProductRow) =>
    links.options.every(({ attribute_id, attribute_code }) => {
      const choice = chosen.find((one) => asText(one['option_id']) === attribute_id);
      return (
        choice !== undefined && asText(valueAt(child, attribute_code, 0)) === asText(choice['option_value'])
      );
    });
  const child = links.child_ids
    .map((id) => db.products.get(id))
    .find((candidate) => candidate !== undefined && isChosen(candidate));
  if (child === undefined) throw badRequest('You need to choose options for your item.');
  return { product: child, qty: 1, price: 0 };
}

/** @throws RestError 400 when an option is not chosen */
export function bundleParts(db: Database, bundle: BundleSettings, option: Json): Part[] {
  const chosen = listIn(option, 'bundle_options').filter(isObject);
  return bundle.options.flatMap(({ option_id, title, selections }) => {
    const choice = chosen.find((candidate) => Number(candidate['option_id']) === option_id);
    const ids = Array.isArray(choice?.['option_selections']) ? choice['option_selections'].map(Number) : [];
    const parts = selections
      .filter(({ selection_id }) => ids.includes(selection_id))
      .flatMap(({ product_id, qty, price }): Part[] => {
        const product = db.products.get(product_id);
        if (product === undefined) return [];
        const isDynamic = bundle.price_type === 'dynamic';
        return [
          {
            product,
            qty,
            price: isDynamic ? cartPriceOf(product) : 0,
            surcharge: isDynamic ? 0 : price,
            label: title,
          },
        ];
      });
    if (parts.length === 0) throw badRequest('Please select all required options.');
    return parts;
  });
}

function listIn(option: Json, name: string): Json[] {
  const list = membersOf(membersOf(option)['extension_attributes'])[name];
  return Array.isArray(list) ? list : [];
}

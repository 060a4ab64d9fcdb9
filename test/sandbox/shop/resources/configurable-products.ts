import { addChild, optionOf } from '../catalog/configurable.ts';
import { getProduct } from '../catalog/lookup.ts';
import { configurableOptions, renderProduct } from '../catalog/render-product.ts';
import type { Call, Route } from '../rest/call.ts';
import { notFound } from '../rest/errors.ts';
import { asText, isObject } from '../rest/json.ts';
import type { Json } from '../rest/json.ts';
import type { ProductRow } from '../state/catalog-rows.ts';

const RESOURCE = 'Magento_Catalog::products';
const PATH = '/V1/configurable-products/:sku';

/** Children and options of a configurable product (FACTS section 7). */
export const configurableRoutes: Route[] = [
  { method: 'GET', path: `${PATH}/children`, resource: RESOURCE, handle: children },
  { method: 'POST', path: `${PATH}/child`, resource: RESOURCE, handle: link },
  { method: 'DELETE', path: `${PATH}/children/:child`, resource: RESOURCE, handle: unlink },
  { method: 'GET', path: `${PATH}/options/all`, resource: RESOURCE, handle: options },
  { method: 'POST', path: `${PATH}/options`, resource: RESOURCE, handle: addOption },
];

const parentOf = (call: Call): ProductRow => getProduct(call.shop.db, call.params['sku'] ?? '');

/** Children are shown without what is loaded for whole products only. */
function children(call: Call): Json {
  const { db } = call.shop;
  return (parentOf(call).configurable?.child_ids ?? []).flatMap((id) => {
    const child = db.products.get(id);
    if (child === undefined) return [];
    const {
      extension_attributes: _extension,
      options: _options,
      ...shown
    } = renderProduct(db, child, call.storeId);
    const attributes = (shown['custom_attributes'] as Json[]).filter(
      (one) => isObject(one) && one['attribute_code'] !== 'options_container',
    );
    return [{ ...shown, custom_attributes: attributes }];
  });
}

function link(call: Call): Json {
  const { db } = call.shop;
  const parent = parentOf(call);
  addChild(db, parent, getProduct(db, asText(call.body['childSku'])));
  return true;
}

function unlink(call: Call): Json {
  const { db } = call.shop;
  const parent = parentOf(call);
  const child = getProduct(db, call.params['child'] ?? '');
  const ids = parent.configurable?.child_ids ?? [];
  if (!ids.includes(child.id))
    throw notFound("The option that was requested doesn't exist. Verify the entity and try again.");
  ids.splice(ids.indexOf(child.id), 1);
  db.products.save(parent);
  return true;
}

function options(call: Call): Json {
  return configurableOptions(call.shop.db, parentOf(call)) ?? [];
}

/** The option of an attribute that is there already is kept, under its id. */
function addOption(call: Call): Json {
  const { db } = call.shop;
  const parent = parentOf(call);
  parent.configurable ??= { options: [], child_ids: [] };
  const { configurable } = parent;
  const option = optionOf(db, call.body['option'] ?? null, configurable);
  configurable.options = [
    ...configurable.options.filter(({ attribute_id }) => attribute_id !== option.attribute_id),
    option,
  ];
  db.products.save(parent);
  return String(option.id);
}

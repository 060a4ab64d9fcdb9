import { attributeOf } from './attributes.ts';
import { findProduct, nameAt, priceOf, valueAt } from './lookup.ts';
import { renderGallery } from './media.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import type { Database } from '../state/database.ts';
import type { ProductRow } from '../state/catalog-rows.ts';

/**
 * A product as the API shows it in one store view.
 *
 * @param isRead false for an answer made from memory, where `product_links` and `tier_prices` were never loaded
 */
export function renderProduct(db: Database, product: ProductRow, storeId: number, isRead = true): JsonObject {
  const weight = valueAt(product, 'weight', storeId);
  return {
    id: product.id,
    sku: product.sku,
    name: nameAt(product, storeId),
    attribute_set_id: product.attribute_set_id,
    price: valueAt(product, 'price', storeId) === undefined ? undefined : priceOf(product),
    status: Number(valueAt(product, 'status', storeId) ?? 1),
    visibility: Number(valueAt(product, 'visibility', storeId) ?? 4),
    type_id: product.type_id,
    created_at: product.created_at,
    updated_at: product.updated_at,
    weight: weight === undefined || weight === null ? undefined : Number(weight),
    extension_attributes: extensionAttributes(db, product),
    product_links: isRead ? productLinks(db, product) : undefined,
    options: [],
    media_gallery_entries: renderGallery(product, storeId),
    tier_prices: isRead ? [] : undefined,
    custom_attributes: customAttributes(product, storeId),
  };
}

function productLinks(db: Database, product: ProductRow): Json[] {
  return (product.links ?? []).flatMap(({ type, sku, position, qty }) => {
    const linked = findProduct(db, sku);
    if (linked === undefined) return [];
    return {
      sku: product.sku,
      link_type: type,
      linked_product_sku: linked.sku,
      linked_product_type: linked.type_id,
      position,
      extension_attributes: qty === undefined ? [] : { qty },
    };
  });
}

function customAttributes(product: ProductRow, storeId: number): Json[] {
  const codes = new Set([
    ...Object.keys(product.values[0] ?? {}),
    ...Object.keys(product.values[storeId] ?? {}),
  ]);
  const values: Json[] = [];
  for (const code of codes) {
    const value = valueAt(product, code, storeId);
    if (attributeOf(code)?.isMember === true || value === undefined || value === null || value === '')
      continue;
    values.push({ attribute_code: code, value });
  }
  values.push({
    attribute_code: 'category_ids',
    value: product.category_links.map(({ category_id }) => category_id),
  });
  return values;
}

function extensionAttributes(db: Database, product: ProductRow): JsonObject {
  const links = product.category_links.map(({ position, category_id }) => ({ position, category_id }));
  return {
    website_ids: product.website_ids.toSorted((left, right) => left - right),
    category_links: links.length === 0 ? undefined : links,
    configurable_product_options: configurableOptions(db, product),
    configurable_product_links: product.configurable?.child_ids,
    bundle_product_options: bundleOptions(db, product),
    downloadable_product_links: product.downloads,
  };
}

/** The values of an option are those of the children. */
export function configurableOptions(db: Database, product: ProductRow): Json[] | undefined {
  if (product.configurable === undefined) return undefined;
  const children = product.configurable.child_ids.map((id) => db.products.get(id));
  return product.configurable.options.map(({ id, attribute_id, attribute_code, label, position }) => {
    const values = children.map((child) =>
      child === undefined ? undefined : valueAt(child, attribute_code, 0),
    );
    const indexes = [...new Set(values.filter((value) => value != null).map(Number))];
    return {
      id,
      attribute_id,
      label,
      position,
      values: indexes.map((value_index) => ({ value_index })),
      product_id: product.id,
    };
  });
}

function bundleOptions(db: Database, product: ProductRow): Json | undefined {
  return product.bundle?.options.map((option, index) => ({
    option_id: option.option_id,
    title: option.title,
    required: option.required ?? true,
    type: option.type,
    position: index + 1,
    sku: product.sku,
    product_links: option.selections.map((selection, selectionIndex) => {
      const child = db.products.get(selection.product_id);
      const isDynamic = product.bundle?.price_type === 'dynamic';
      return {
        id: String(selection.selection_id),
        sku: child?.sku ?? '',
        option_id: option.option_id,
        qty: selection.qty,
        position: selectionIndex + 1,
        is_default: selection.isDefault ?? selectionIndex === 0,
        price: isDynamic && child !== undefined ? priceOf(child) : selection.price,
        price_type: isDynamic ? null : Number(selection.isPercent ?? false),
        can_change_quantity: Number(selection.mayChange ?? false),
      };
    }),
  }));
}

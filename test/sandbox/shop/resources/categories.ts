import { getProduct } from '../catalog/lookup.ts';
import type { Call, Route } from '../rest/call.ts';
import { badRequest, notFound } from '../rest/errors.ts';
import { membersOf } from '../rest/input.ts';
import { asText } from '../rest/json.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import { parseCriteria } from '../search/criteria.ts';
import { listAnswer, search } from '../search/search.ts';
import type { CategoryRow } from '../state/catalog-rows.ts';
import type { Database } from '../state/database.ts';

const RESOURCE = 'Magento_Catalog::categories';
const ROOT = 2;

/** Categories, and which products are in them (FACTS section 7). */
export const categoryRoutes: Route[] = [
  { method: 'GET', path: '/V1/categories', resource: RESOURCE, handle: tree },
  { method: 'GET', path: '/V1/categories/list', resource: RESOURCE, handle: list },
  { method: 'POST', path: '/V1/categories', resource: RESOURCE, handle: add },
  { method: 'GET', path: '/V1/categories/:id/products', resource: RESOURCE, handle: products },
  { method: 'POST', path: '/V1/categories/:id/products', resource: RESOURCE, handle: assign },
  { method: 'DELETE', path: '/V1/categories/:id/products/:sku', resource: RESOURCE, handle: unassign },
];

export function seedCategories(db: Database): void {
  const rows: [id: number, parent: number, name: string, position: number][] = [
    [1, 0, 'Root Catalog', 0],
    [2, 1, 'Default Category', 1],
    [3, 2, 'Widgets', 1],
    [4, 2, 'Gadgets', 2],
    [5, 3, 'Small Widgets', 1],
  ];
  for (const [id, parent_id, name, position] of rows) {
    db.next('category');
    db.categories.save({ id, parent_id, name, position, is_active: true });
  }
}

const pathOf = (db: Database, { id, parent_id }: CategoryRow): number[] => {
  const parent = db.categories.get(parent_id);
  return [...(parent === undefined ? [] : pathOf(db, parent)), id];
};

function tree({ shop: { db } }: Call): Json {
  const branch = (category: CategoryRow): JsonObject => {
    const { id, parent_id, name, is_active, position } = category;
    const isIn = ({ category_id }: { category_id: string }) => category_id === String(id);
    return {
      id,
      parent_id,
      name,
      is_active,
      position,
      level: pathOf(db, category).length - 1,
      product_count: db.products.all().filter(({ category_links }) => category_links.some(isIn)).length,
      children_data: db.categories
        .all()
        .filter((one) => one.parent_id === id)
        .toSorted((left, right) => left.position - right.position)
        .map(branch),
    };
  };
  return branch(db.categories.get(ROOT)!);
}

function list({ shop: { db }, query }: Call): Json {
  const criteria = parseCriteria(query);
  const columns = (category: CategoryRow): Record<string, string | number> => ({
    entity_id: category.id,
    parent_id: category.parent_id,
    name: category.name,
    level: pathOf(db, category).length - 1,
    path: pathOf(db, category).join('/'),
  });
  const found = search(db.categories.all(), criteria, {
    knows: (field) => field in columns(db.categories.all()[0]!),
    unknownField: (field) =>
      badRequest('The "%1" attribute name is invalid. Reset the name and try again.', [field]),
    column: (category, field) => columns(category)[field],
  });
  return listAnswer(found, criteria, (category) => {
    const { entity_id: id, ...shown } = columns(category);
    return { id: id!, ...shown, is_active: category.is_active, position: category.position };
  });
}

function categoryIn(db: Database, id: string): CategoryRow {
  const found = db.categories.get(id);
  if (found !== undefined) return found;
  throw notFound('No such entity with %fieldName = %fieldValue', { fieldName: 'id', fieldValue: Number(id) });
}

function add(call: Call): Json {
  const { db } = call.shop;
  const given = membersOf(call.body['category']);
  const parent = categoryIn(db, asText(given['parent_id']));
  const name = asText(given['name']);
  const refused = (why: string) => badRequest('Could not save category: %1', [why]);
  if (name === '') throw refused('The "Name" attribute value is empty. Set the attribute and try again.');
  const siblings = db.categories.all().filter(({ parent_id }) => parent_id === parent.id);
  if (siblings.some((one) => one.name.toLowerCase() === name.toLowerCase()))
    throw refused('URL key for specified store already exists.');
  const category = db.categories.save({
    id: db.next('category'),
    parent_id: parent.id,
    name,
    position: siblings.length + 1,
    is_active: given['is_active'] === true,
  });
  call.note('category', String(category.id), { name });
  return { ...category, level: pathOf(db, category).length - 1, path: pathOf(db, category).join('/') };
}

function products({ shop: { db }, params }: Call): Json {
  return db.products
    .all()
    .flatMap(({ sku, category_links }) =>
      category_links
        .filter(({ category_id }) => category_id === params['id'])
        .map(({ position, category_id }) => ({ sku, position, category_id })),
    );
}

function assign(call: Call): Json {
  const { db } = call.shop;
  const link = membersOf(call.body['productLink']);
  const product = getProduct(db, asText(link['sku']));
  const category_id = String(categoryIn(db, call.params['id'] ?? '').id);
  product.category_links = [
    ...product.category_links.filter((one) => one.category_id !== category_id),
    { category_id, position: Number(link['position'] ?? 0) },
  ];
  db.products.save(product);
  return true;
}

function unassign(call: Call): Json {
  const { db } = call.shop;
  const product = getProduct(db, call.params['sku'] ?? '');
  const others = product.category_links.filter((one) => one.category_id !== call.params['id']);
  if (others.length === product.category_links.length)
    throw badRequest("The category doesn't contain the specified product.");
  product.category_links = others;
  db.products.save(product);
  return true;
}

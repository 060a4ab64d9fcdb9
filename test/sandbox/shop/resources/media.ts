import { getProduct } from '../catalog/lookup.ts';
import { addMedia, applyMedia, removeMedia, renderMedia, ROLES } from '../catalog/media.ts';
import type { Call, Route } from '../rest/call.ts';
import { notFound } from '../rest/errors.ts';
import { membersOf } from '../rest/input.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import { now } from '../shop.ts';
import type { MediaRow, ProductRow } from '../state/catalog-rows.ts';

const RESOURCE = 'Magento_Catalog::catalog';
const PATH = '/V1/products/:sku/media';

/** The gallery of a product: each call saves the product whole (FACTS section 7). */
export const mediaRoutes: Route[] = [
  { method: 'GET', path: PATH, resource: RESOURCE, handle: list },
  { method: 'POST', path: PATH, resource: RESOURCE, handle: add },
  { method: 'PUT', path: `${PATH}/:id`, resource: RESOURCE, handle: change },
  { method: 'DELETE', path: `${PATH}/:id`, resource: RESOURCE, handle: remove },
];

/** With the whole content of each. */
function list(call: Call): Json {
  const product = productOf(call);
  return (product.media ?? []).map((media) => ({
    ...renderMedia(product, media, call.storeId),
    content: {
      base64_encoded_data: media.data,
      type: media.mime,
      name: media.file.split('/').at(-1) ?? '',
    },
  }));
}

function add(call: Call): Json {
  const entry = membersOf(call.body['entry']);
  const product = productOf(call);
  const media = addMedia(call, product, (product.media ?? []).length === 0 ? withAllRoles(entry) : entry);
  saved(call, product);
  call.note('media', `${product.sku}/${media.id}`, { file: media.file });
  return String(media.id);
}

/** The first of a gallery has every role where it says none (`GalleryManagement`). */
function withAllRoles(entry: JsonObject): JsonObject {
  const { types } = entry;
  return Array.isArray(types) && types.length > 0 ? entry : { ...entry, types: [...ROLES] };
}

function change(call: Call): Json {
  const product = productOf(call);
  applyMedia(call, product, mediaIn(call, product), membersOf(call.body['entry']));
  return saved(call, product);
}

function remove(call: Call): Json {
  const product = productOf(call);
  removeMedia(call, product, mediaIn(call, product));
  return saved(call, product);
}

const productOf = (call: Call): ProductRow => getProduct(call.shop.db, call.params['sku'] ?? '');

function mediaIn({ params }: Call, { media = [] }: ProductRow): MediaRow {
  const found = media.find(({ id }) => String(id) === params['id']);
  if (found !== undefined) return found;
  throw notFound('No image with the provided ID was found. Verify the ID and try again.');
}

function saved(call: Call, product: ProductRow): true {
  product.updated_at = now(call.shop);
  call.shop.db.products.save(product);
  return true;
}

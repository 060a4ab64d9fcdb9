import type { Call } from '../rest/call.ts';
import { badRequest, FatalError } from '../rest/errors.ts';
import { membersOf } from '../rest/input.ts';
import { asText } from '../rest/json.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import type { MediaRow, ProductRow } from '../state/catalog-rows.ts';
import { valueAt } from './lookup.ts';

export const ROLES = ['image', 'small_image', 'thumbnail', 'swatch_image'] as const;
const NO_SELECTION = 'no_selection';
const KINDS: readonly [magic: RegExp, mime: string][] = [
  [/^89504e470d0a1a0a/, 'image/png'],
  [/^ffd8ff/, 'image/jpeg'],
  [/^47494638/, 'image/gif'],
];

/** An entry of the gallery as one store view shows it; the roles are what the product's attributes say. */
export function renderMedia(product: ProductRow, media: MediaRow, storeId: number): JsonObject {
  return {
    id: media.id,
    media_type: 'image',
    label: media.labels[storeId] ?? media.labels[0] ?? null,
    position: media.position,
    disabled: media.disabled,
    types: ROLES.filter((role) => valueAt(product, role, storeId) === media.file),
    file: media.file,
  };
}

export function renderGallery(product: ProductRow, storeId: number): JsonObject[] {
  return (product.media ?? []).map((media) => renderMedia(product, media, storeId));
}

interface Content {
  data: string;
  mime: string;
  name: string;
}

/** @throws RestError 400; FatalError when there is none */
export function contentOf(entry: JsonObject): Content {
  const given = membersOf(entry['content']);
  if (entry['content'] === undefined) throw new FatalError();
  const content = {
    data: asText(given['base64_encoded_data']),
    mime: asText(given['type']),
    name: asText(given['name']),
  };
  const bytes = Buffer.from(content.data, 'base64');
  const kind = KINDS.find(([magic]) => magic.test(bytes.toString('hex')))?.[1];
  const isBase64 = bytes.length > 0 && bytes.toString('base64') === content.data;
  if (!isBase64 || kind === undefined)
    throw badRequest('The image content must be valid base64 encoded data.');
  if (kind !== content.mime) throw badRequest('The image MIME type is not valid or not supported.');
  if (/[/?*:";<>()|{}\\]/.test(content.name))
    throw badRequest('Provided image name contains forbidden characters.');
  return content;
}

/** A new entry, under a name that no file of the shop has. */
export function addMedia(call: Call, product: ProductRow, entry: JsonObject): MediaRow {
  const { db } = call.shop;
  const { data, mime, name } = contentOf(entry);
  const [stem, extension] = [name.replace(/\.[^.]*$/, ''), name.split('.').at(-1)];
  const taken = new Set(db.products.all().flatMap(({ media = [] }) => media.map(({ file }) => file)));
  const fileOf = (suffix: string) => `/${stem[0]}/${stem[1]}/${stem}${suffix}.${extension}`;
  let file = fileOf('');
  for (let number = 1; taken.has(file); number += 1) file = fileOf(`_${number}`);
  const media: MediaRow = {
    id: db.next('media'),
    file,
    data,
    mime,
    labels: {},
    position: 0,
    disabled: false,
  };
  (product.media ??= []).push(media);
  applyMedia(call, product, media, entry);
  return media;
}

/** @throws RestError 400, where one of the new entries is no image: then nothing of the product is saved */
export function galleryIn(given: JsonObject): JsonObject[] | undefined {
  const entries = given['media_gallery_entries'];
  if (!Array.isArray(entries)) return undefined;
  const gallery = entries.map((entry) => membersOf(entry));
  for (const entry of gallery) if (entry['id'] === undefined) contentOf(entry);
  return gallery;
}

/** Of the entries of a product those without an id are new; others stay as they are, those that are not named too. */
export function extendGallery(call: Call, product: ProductRow, entries: readonly JsonObject[]): void {
  for (const entry of entries) if (entry['id'] === undefined) addMedia(call, product, entry);
}

/** Label, position, and the roles: those named are taken over, those that are not are given up. */
export function applyMedia(call: Call, product: ProductRow, media: MediaRow, entry: JsonObject): void {
  const values = (product.values[call.storeId] ??= {});
  media.labels[call.storeId] = entry['label'] === undefined ? null : asText(entry['label']);
  media.position = Number(entry['position'] ?? 0);
  media.disabled = entry['disabled'] === true;
  const types: Json[] = Array.isArray(entry['types']) ? entry['types'] : [];
  for (const role of ROLES) {
    const now = valueAt(product, role, call.storeId);
    if (types.includes(role)) values[role] = media.file;
    else if (now === undefined || now === null || now === media.file) values[role] = NO_SELECTION;
  }
  labelRoles(call, product);
}

export function removeMedia(call: Call, product: ProductRow, media: MediaRow): void {
  product.media = (product.media ?? []).filter(({ id }) => id !== media.id);
  for (const values of Object.values(product.values))
    for (const role of ROLES) if (values[role] === media.file) values[role] = NO_SELECTION;
  labelRoles(call, product);
}

/** The label of a role's image is an attribute of the product, too. */
function labelRoles(call: Call, product: ProductRow): void {
  const values = (product.values[call.storeId] ??= {});
  for (const role of ROLES.filter((one) => one !== 'swatch_image')) {
    const file = valueAt(product, role, call.storeId);
    const media = product.media?.find((one) => one.file === file);
    values[`${role}_label`] = media?.labels[call.storeId] ?? null;
  }
}

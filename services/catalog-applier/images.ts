import type { Image, Product } from '../../schemas/types.ts';
import type { Media, MediaEntry, MediaWrite, NewImage } from '../magento/media.ts';
import type { Config } from '../platform/config/schema.ts';
import { Held, Rejected } from '../platform/errors.ts';
import type { Attempt } from '../platform/flow/outcome/outcome.ts';
import { fetchFile, NotFetched } from '../platform/http/fetch-file.ts';
import type { FileRules } from '../platform/http/fetch-file.ts';
import { digestIn, imageDigest } from '../wanted/products/image-name.ts';
import { pictureOf } from './picture.ts';

const roles: Readonly<Record<string, string>> = {
  base: 'image',
  small: 'small_image',
  thumbnail: 'thumbnail',
  swatch: 'swatch_image',
};
/** Of the first image of a product whose ERP says nothing of roles. */
const usualRoles = ['base', 'small', 'thumbnail'];

interface WantedImage {
  image: Image;
  digest: string;
  entry: MediaWrite;
}

export interface PlannedImages {
  missing: readonly WantedImage[];
  changed: readonly { id: number; entry: MediaWrite }[];
  surplus: readonly number[];
  /** The gallery has no image yet. */
  isFirst: boolean;
  /** Why others are none. */
  faults: readonly Rejected[];
}

/** What has to be done for the gallery to show the ERP's images; those that are not Cartage's are left alone. */
export function imagesDifference(product: Product, gallery: readonly MediaEntry[]): PlannedImages {
  const isFirst = gallery.length === 0;
  if (product.images === null) return { missing: [], changed: [], surplus: [], isFirst, faults: [] };
  const own = gallery.flatMap((entry) => {
    const digest = digestIn(entry.file);
    return digest === null ? [] : [{ ...entry, digest }];
  });
  const taken = new Set<number>();
  const missing: WantedImage[] = [];
  const changed: { id: number; entry: MediaWrite }[] = [];
  const faults: Rejected[] = [];
  for (const wanted of wantedImages(product, faults)) {
    const known = own.find(({ id, digest }) => digest === wanted.digest && !taken.has(id));
    if (known === undefined) {
      missing.push(wanted);
      continue;
    }
    taken.add(known.id);
    if (!isAs(known, wanted.entry)) changed.push({ id: known.id, entry: wanted.entry });
  }
  const surplus = own.map(({ id }) => id).filter((id) => !taken.has(id));
  return { missing, changed, surplus, isFirst, faults };
}

function wantedImages({ sku, images }: Product, faults: Rejected[]): WantedImage[] {
  const saysRoles = images!.some((image) => image.roles !== null);
  return images!.flatMap((image, index) => {
    const named = image.roles ?? (saysRoles || index > 0 ? [] : usualRoles);
    const types = named.map((role) => roles[role] ?? '');
    if (types.includes(''))
      faults.push(imageRefused(sku, index, `a role is none of ${Object.keys(roles).join(', ')}`));
    else if ((image.url === null) === (image.data === null))
      faults.push(imageRefused(sku, index, 'it has to say either a url or its data'));
    else return [{ image, digest: imageDigest(image), entry: entryOf(image, index, types) }];
    return [];
  });
}

const entryOf = ({ label, disabled }: Image, index: number, types: readonly string[]): MediaWrite => ({
  label: label ?? '',
  position: index + 1,
  disabled,
  types,
});

function isAs(found: MediaEntry, { label, position, disabled, types }: MediaWrite): boolean {
  const isSameRoles =
    found.types.length === types.length && types.every((type) => found.types.includes(type));
  return isSameRoles && found.label === label && found.position === position && found.disabled === disabled;
}

/** In a few words, for the outcome. */
export function saidOfImages({ missing, changed, surplus }: PlannedImages): string[] {
  const counts = { upload: missing.length, change: changed.length, remove: surplus.length };
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.length === 0 ? [] : [`images: ${parts.map(([verb, count]) => `${verb} ${count}`).join(', ')}`];
}

/** Of one call, in base64: a body of 3 MB is taken by every shop (FACTS section 10). */
const carriedMax = 2_000_000;

/**
 * The files that are made with a new product, in its one call, and what is left to do for its gallery afterwards. Taken
 * in order, so that what does not fit any more, or cannot be had, comes behind.
 */
export async function carriedImages(
  sku: string,
  planned: PlannedImages,
  catalog: Config['catalog'],
): Promise<{ carried: readonly NewImage[]; rest: PlannedImages }> {
  const carried: NewImage[] = [];
  const faults = [...planned.faults];
  const without = (missing: readonly WantedImage[]) => ({
    carried,
    rest: { ...planned, missing, isFirst: planned.isFirst && carried.length === 0, faults },
  });
  let size = 0;
  for (const [index, wanted] of planned.missing.entries())
    try {
      const loaded = await loadedImage(sku, wanted, catalog);
      size += loaded.file.base64.length;
      if (size > carriedMax) return without(planned.missing.slice(index));
      carried.push(loaded);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      faults.push(error);
    }
  return without([]);
}

async function loadedImage(
  sku: string,
  { image, digest, entry }: WantedImage,
  catalog: Config['catalog'],
): Promise<NewImage> {
  const { extension, ...file } = await fileOf(sku, entry.position - 1, image, catalog);
  return { entry, file: { ...file, name: `${digest}-cartage.${extension}` } };
}

/**
 * Uploads, changes, removes, in that order, so that a product is never without the image it is shown by.
 * @returns why single images could not be: no other is kept back by one
 */
export async function writeImages(
  { sku }: { sku: string },
  planned: PlannedImages,
  media: Media,
  catalog: Config['catalog'],
  attempt: Attempt,
): Promise<Rejected[]> {
  const faults = [...planned.faults];
  let { isFirst } = planned;
  for (const wanted of planned.missing) {
    try {
      const { entry, file } = await loadedImage(sku, wanted, catalog);
      attempt.assertCurrent();
      const id = await media.add(sku, entry, file);
      if (isFirst && entry.types.length === 0) {
        attempt.assertCurrent();
        await media.change(sku, id, entry);
      }
      isFirst = false;
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      faults.push(error);
    }
  }
  for (const { id, entry } of planned.changed) {
    attempt.assertCurrent();
    await media.change(sku, id, entry);
  }
  // While one cannot be had, what it is to take the place of stays.
  if (faults.length > 0) return faults;
  for (const id of planned.surplus) {
    attempt.assertCurrent();
    await media.remove(sku, id);
  }
  return faults;
}

async function fileOf(sku: string, index: number, { url, data }: Image, catalog: Config['catalog']) {
  const bytes = data === null ? await fetched(sku, index, url!, catalog) : Buffer.from(data, 'base64');
  const picture = bytes.length > catalog.imageBytesMax ? null : pictureOf(bytes);
  if (picture === null)
    throw imageRefused(sku, index, `it is no PNG, JPEG or GIF of at most ${catalog.imageBytesMax} bytes`);
  if (Math.max(picture.width, picture.height) > catalog.imageSideMax)
    throw imageRefused(sku, index, `it is larger than ${catalog.imageSideMax} pixels on a side`);
  return { mime: picture.mime, extension: picture.extension, base64: bytes.toString('base64') };
}

async function fetched(sku: string, index: number, url: string, catalog: Config['catalog']): Promise<Buffer> {
  const rules: FileRules = {
    hosts: catalog.imageHosts,
    networks: catalog.imageNetworks,
    bytesMax: catalog.imageBytesMax,
    deadlineMs: catalog.imageDeadlineMs,
  };
  try {
    return await fetchFile(url, rules);
  } catch (error) {
    if (!(error instanceof NotFetched)) throw error;
    if (error.reason === 'host' || error.reason === 'address') throw hostRefused(sku, index, error.message);
    if (error.reason === 'size' || error.reason === 'redirect') throw imageRefused(sku, index, error.message);
    throw notThere(sku, index, error.message);
  }
}

const which = (sku: string, index: number) => `Image ${index + 1} of product ${sku}`;

function imageRefused(sku: string, index: number, why: string): Rejected {
  return new Rejected({
    code: 'product.image_refused',
    what: `${which(sku, index)} cannot be shown; all else of the product is written`,
    why,
    fix: 'Correct it in the ERP or in the query of the products stream',
  });
}

function hostRefused(sku: string, index: number, why: string): Held {
  return new Held({
    code: 'product.image_host',
    what: `${which(sku, index)} is not fetched; all else of the product is written`,
    why,
    fix: 'If the host is yours, add it to catalog.imageHosts, and a network that is not public to catalog.imageNetworks; it is released by the first. Images come over https',
    waitsFor: 'configuration/catalog/imageHosts',
  });
}

/** Its host has other times than the shop: it is looked for again, and holds nothing else up. */
function notThere(sku: string, index: number, why: string): Held {
  return new Held({
    code: 'product.image_missing',
    what: `${which(sku, index)} could not be fetched; all else of the product is written`,
    why,
    fix: 'See that the address answers with the image; it is tried again every ten minutes',
    waitsFor: `image/${sku}`,
  });
}

import { z } from 'zod';
import type { Rest } from './rest/rest.ts';
import { integer, listOf, optionalFlag, optionalInteger, text, textOrEmpty } from './shapes.ts';

/** An entry of a product's gallery, as products show it. */
export const mediaEntry = z.object({
  id: integer,
  label: textOrEmpty,
  position: optionalInteger,
  disabled: optionalFlag,
  /** Attributes that it is the value of: `image`, `small_image`, `thumbnail`, `swatch_image`, ... */
  types: listOf(text),
  /** `/f/r/front_1.png`: Magento adds a number when the name is taken. */
  file: textOrEmpty,
});
export type MediaEntry = z.infer<typeof mediaEntry>;

export interface MediaWrite {
  label: string;
  position: number;
  disabled: boolean;
  /** Taken over from the entries that had them. */
  types: readonly string[];
}

export interface MediaFile {
  base64: string;
  mime: string;
  /** Without a folder. */
  name: string;
}

/** An image of a new product, which is made with it. */
export interface NewImage {
  entry: MediaWrite;
  file: MediaFile;
}

/** As Magento takes it with a product or by itself: one and the same save (read in its source, `MediaGalleryProcessor`). */
export const newEntryOf = ({ entry, file: { base64, mime, name } }: NewImage): object => ({
  media_type: 'image',
  ...entry,
  content: { base64_encoded_data: base64, type: mime, name },
});

/** Every call saves the whole product, globally. `sku` in the stored spelling. */
export interface Media {
  /** Not idempotent: each call makes one more entry, under a further name (FACTS section 7). */
  add(sku: string, entry: MediaWrite, file: MediaFile): Promise<void>;
  change(sku: string, id: number, entry: MediaWrite): Promise<void>;
  remove(sku: string, id: number): Promise<void>;
}

export function createMedia(rest: Rest): Media {
  const call = async (method: 'POST' | 'PUT' | 'DELETE', path: string[], sku: string, entry?: object) => {
    const suffix = method === 'POST' ? '' : '/:id';
    await rest.call({
      method,
      path: ['products', sku, 'media', ...path],
      ...(entry === undefined ? {} : { body: { entry } }),
      scope: 'all',
      shape: z.unknown(),
      route: `${method} products/:sku/media${suffix}`,
    });
  };
  return {
    add: (sku, entry, file) => call('POST', [], sku, newEntryOf({ entry, file })),
    change: (sku, id, entry) => call('PUT', [String(id)], sku, { media_type: 'image', id, ...entry }),
    remove: (sku, id) => call('DELETE', [String(id)], sku),
  };
}

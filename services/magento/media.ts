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

/** As Magento takes it with a product or by itself. */
export const newEntryOf = ({ entry, file: { base64, mime, name } }: NewImage): object => ({
  media_type: 'image',
  ...entry,
  content: { base64_encoded_data: base64, type: mime, name },
});

/** Every call saves the whole product, globally. `sku` in the stored spelling. */
export interface Media {
  /**
   * Not idempotent: each call makes one more entry, under a further name (FACTS section 7). The first of a gallery gets all
   * roles where it is to have none (read in the source, `GalleryManagement`). @returns its id
   */
  add(sku: string, entry: MediaWrite, file: MediaFile): Promise<number>;
  change(sku: string, id: number, entry: MediaWrite): Promise<void>;
  remove(sku: string, id: number): Promise<void>;
}

export function createMedia(rest: Rest): Media {
  const call = <Shape extends z.ZodType>(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string[],
    sku: string,
    shape: Shape,
    entry?: object,
  ) =>
    rest.call({
      method,
      path: ['products', sku, 'media', ...path],
      ...(entry === undefined ? {} : { body: { entry } }),
      scope: 'all',
      shape,
      route: `${method} products/:sku/media${method === 'POST' ? '' : '/:id'}`,
    });
  const done = z.unknown();
  return {
    add: (sku, entry, file) => call('POST', [], sku, integer, newEntryOf({ entry, file })),
    change: async (sku, id, entry) => {
      await call('PUT', [String(id)], sku, done, { media_type: 'image', id, ...entry });
    },
    remove: async (sku, id) => {
      await call('DELETE', [String(id)], sku, done);
    },
  };
}

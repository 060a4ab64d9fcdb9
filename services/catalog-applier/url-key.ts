import { createHash } from 'node:crypto';

/** Letters that are no base letter with a mark. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};
/** Magento keeps 255 characters; a digest and what the shop appends have to find room. */
const keyLength = 200;

/**
 * The URL key of a new product: name and SKU. Magento would make it of the name alone, and refuses the second product
 * of a name (FACTS section 7). Set at the creation only: a key that customers know is never changed. What is written in
 * no Latin letters leaves the SKU, and where that leaves nothing a digest.
 */
export function urlKeyOf({ name, sku }: { name: string; sku: string }): string {
  const key = `${name} ${sku}`
    .toLowerCase()
    .replaceAll(/[ßæœøłđðþı]/g, (letter) => letters[letter]!)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, keyLength)
    .replaceAll(/^-+|-+$/g, '');
  return key === '' ? digestOf(sku) : key;
}

/**
 * For a product whose key is another's: `Cup` and `A/B` make the same as `Cup` and `A-B`. It hangs on the SKU alone, so
 * it is the same however often and in whatever order they come.
 */
export function urlKeyOfTwin(product: { name: string; sku: string }): string {
  return `${urlKeyOf(product)}-${digestOf(product.sku)}`;
}

const digestOf = (sku: string) => createHash('sha256').update(sku).digest('hex').slice(0, 8);

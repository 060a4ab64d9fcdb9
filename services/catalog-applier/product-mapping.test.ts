import { describe, expect, it } from '@jest/globals';
import type { Product } from '../../schemas/types.ts';
import type { MagentoProduct } from '../magento/products.ts';
import { catalogSection } from '../platform/config/sections/catalog.ts';
import { Held, Rejected } from '../platform/errors.ts';
import { keptOptions, keptValue } from '../wanted/products/attribute-value.ts';
import { differenceOf } from './product-difference.ts';
import { productOf as bareProductOf } from './testing/product.ts';
import { attributeOf } from './testing/attribute.ts';
import { wantedProduct, withKeptTexts } from '../wanted/products/product-mapping.ts';
import { urlKeyOf, urlKeyOfTwin } from './url-key.ts';

const catalog = catalogSection.parse({
  websites: ['base'],
  basePriceList: 'RETAIL',
  baseCurrency: 'EUR',
  taxClasses: { full: 2 },
  attributes: { colour: 'color', size: 'size_text' },
});
const productOf = (changes: Partial<Product> = {}): Product =>
  bareProductOf('A-1', {
    description: 'A chair',
    weight: '2.5000',
    taxClass: 'full',
    attributes: { colour: 'red', secret: 'x' },
    ...changes,
  });

describe('what a product is to be', () => {
  it('has the attributes that are mapped, and none of those that the ERP no longer gives', () => {
    expect(wantedProduct(productOf(), catalog)).toEqual({
      typeId: 'simple',
      name: 'Chair',
      weight: '2.5000',
      visibility: 4,
      attributes: { description: 'A chair', tax_class_id: '2', color: 'red', size_text: null },
    });
    expect(wantedProduct(productOf({ kind: 'grouped' }), catalog).attributes).not.toHaveProperty(
      'tax_class_id',
    );
    const bare = wantedProduct(productOf({ description: null, taxClass: null }), catalog);
    expect(bare.attributes).toEqual({ color: 'red', size_text: null });
    expect(wantedProduct(productOf({ visibility: 'search', taxClass: null }), catalog)).toMatchObject({
      visibility: 3,
      attributes: expect.not.objectContaining({ tax_class_id: expect.anything() }),
    });
  });

  it('takes no attribute of the shop that is a column or a stream of its own', () => {
    const mapped = { ...catalog, taxClasses: {}, attributes: { cost: 'price' } };
    expect(() => catalogSection.parse(mapped)).toThrow('price is no further attribute');
  });

  it.each([
    ['none', 1],
    ['catalog', 2],
    ['search', 3],
    ['both', 4],
  ])('is visible in %s as Magento says it: %s', (visibility, expected) => {
    expect(wantedProduct(productOf({ visibility }), catalog).visibility).toBe(expected);
  });

  it('has no weight when it is virtual', () => {
    expect(wantedProduct(productOf({ kind: 'virtual' }), catalog)).toMatchObject({
      typeId: 'virtual',
      weight: null,
    });
  });

  it('may have a name as long as Magento keeps it', () => {
    expect(wantedProduct(productOf({ name: 'x'.repeat(255) }), catalog).name).toHaveLength(255);
  });

  it.each([
    ['another kind', { kind: 'giftcard' }, Rejected, 'product.kind_unsupported'],
    ['a name that Magento would cut', { name: 'x'.repeat(256) }, Rejected, 'product.name_too_long'],
    ['an unknown visibility', { visibility: 'everywhere' }, Rejected, 'product.visibility_unknown'],
    ['emoji in its name', { name: 'Chair \u{1FA91}' }, Rejected, 'product.emoji'],
    ['emoji in its SKU', { sku: 'A\u{1FA91}' }, Rejected, 'product.emoji'],
    ['emoji in an attribute', { attributes: { colour: '\u{1F534}' } }, Rejected, 'product.emoji'],
    ['a tax class without a mapping', { taxClass: 'half' }, Held, 'product.tax_class_unmapped'],
  ] as const)('is refused for %s', (_name, changes, type, code) => {
    const wanted = () => wantedProduct(productOf(changes), catalog);
    expect(wanted).toThrow(type);
    expect(wanted).toThrow(code);
  });

  it('loses its emoji, or keeps them, where that is configured', () => {
    const product = productOf({ name: 'Chair \u{1FA91} red', attributes: { colour: '\u{1F534}' } });
    expect(wantedProduct(product, { ...catalog, emoji: 'strip' })).toMatchObject({
      name: 'Chair red',
      attributes: { color: null },
    });
    expect(wantedProduct(product, { ...catalog, emoji: 'keep' }).name).toBe(product.name);
    const sku = productOf({ sku: 'A\u{1FA91}' });
    expect(() => wantedProduct(sku, { ...catalog, emoji: 'strip' })).toThrow('product.emoji');
  });

  it.each([
    ['Chaise Élégante', 'A/1', 'chaise-elegante-a-1'],
    ['  Stuhl (groß) ', 'ß', 'stuhl-gross-ss'],
    ['椅子', '椅', '60df6516'],
    ['x'.repeat(255), 'A', 'x'.repeat(200)],
    ['椅子', 'CH-7', 'ch-7'],
  ])('has a URL key of %s and %s', (name, sku, key) => {
    expect(urlKeyOf(productOf({ name, sku }))).toBe(key);
  });
});

it('the URL key of a product whose key is taken hangs on its SKU', () => {
  const [slash, dash] = ['A/B', 'A-B'].map((sku) => ({ name: 'Cup', sku }));
  expect(urlKeyOf(slash!)).toBe(urlKeyOf(dash!));
  expect(urlKeyOfTwin(slash!)).not.toBe(urlKeyOfTwin(dash!));
  expect(urlKeyOfTwin(slash!)).toMatch(/^cup-a-b-[0-9a-f]{8}$/);
});

describe('the difference', () => {
  const found = {
    id: 1,
    sku: 'a-1',
    name: 'Chair',
    status: 2,
    visibility: 4,
    weight: '2.5',
    attribute_set_id: 4,
    custom_attributes: [
      { attribute_code: 'description', value: 'A chair' },
      { attribute_code: 'color', value: 'red' },
      { attribute_code: 'left_alone', value: 'x' },
    ],
  } as unknown as MagentoProduct;
  const attributes = new Map([['color', attributeOf('color', 'price', 'decimal')]]);
  const { attributes: _texts, typeId: _type, ...plain } = wantedProduct(productOf(), catalog);
  const values = { description: 'A chair', color: 'red', size_text: null };
  const wanted = {
    ...plain,
    status: 2 as const,
    set: { id: 4, name: 'Default', attributes },
    values,
    variants: null,
    links: new Map(),
    bundle: null,
    downloads: null,
    websites: null,
    categories: [],
  };

  it('is empty when all is as wanted, whatever the number of places', () => {
    expect(differenceOf(wanted, found)).toEqual({});
    const inPlaces = [{ attribute_code: 'color', value: '12.500000' }];
    const custom = { ...found, custom_attributes: inPlaces } as MagentoProduct;
    expect(differenceOf({ ...wanted, values: { color: '12.5' } }, custom)).toEqual({});
    expect(differenceOf({ ...wanted, values: { color: '12.6' } }, custom)).toEqual({
      customAttributes: { color: '12.6' },
    });
    // A text that only looks like a number stays a text.
    const text = {
      ...found,
      custom_attributes: [{ attribute_code: 'size', value: '007' }],
    } as MagentoProduct;
    expect(differenceOf({ ...wanted, values: { size: '7' } }, text)).not.toEqual({});
  });

  it('names exactly what differs, and clears what is to have no value', () => {
    const changed = {
      ...wanted,
      name: 'Stool',
      weight: '3.0000',
      status: 1 as const,
      set: { ...wanted.set, id: 9 },
    };
    expect(differenceOf({ ...changed, values: { color: null, size_text: 'L' } }, found)).toEqual({
      name: 'Stool',
      weight: '3.0000',
      status: 1,
      attributeSetId: 9,
      customAttributes: { color: null, size_text: 'L' },
    });
  });
});

describe('labels and titles', () => {
  const image = { url: null, version: null, data: '', roles: null, disabled: false };
  const titled = (text: string) =>
    productOf({
      categories: [text],
      images: [{ ...image, label: text }],
      downloads: [{ title: text, url: '', price: null, timesMax: null }],
      bundle: {
        hasOwnPrice: false,
        shipsSeparately: false,
        options: [{ title: text, input: 'select', required: true, parts: [] }],
      },
    });

  it('are kept as other texts are: what the shop would keep otherwise is refused, or left out', () => {
    const red = 'Red \u{1F534}';
    expect(() => withKeptTexts(titled(red), catalog)).toThrow('product.emoji');
    expect(withKeptTexts(titled(red), { ...catalog, emoji: 'strip' })).toMatchObject({
      categories: ['Red'],
      images: [{ label: 'Red' }],
      downloads: [{ title: 'Red' }],
      bundle: { options: [{ title: 'Red' }] },
    });
    expect(() => withKeptTexts(titled('x'.repeat(256)), catalog)).toThrow('256 characters');
    expect(withKeptTexts(productOf(), catalog)).toEqual(productOf());
  });

  it('of a multiselect are options in one text, which may be short', () => {
    const values = Array.from({ length: 100 }, (_one, number) => String(number + 100));
    const attribute = (backend: string) => attributeOf('tags', 'multiselect', backend);
    expect(keptOptions(attribute('text'), values, 'SKU')).toHaveLength(399);
    expect(() => keptOptions(attribute('varchar'), values, 'SKU')).toThrow('399 characters');
  });
});

describe('a value as Magento keeps it', () => {
  it.each([
    ['text', 'varchar', ' as it is ', ' as it is '],
    ['boolean', 'int', 'TRUE', '1'],
    ['boolean', 'int', 'no', '0'],
    ['price', 'decimal', '1.23456789', '1.234568'],
    ['text', 'int', '42', '42'],
    ['date', 'datetime', '2026-01-31', '2026-01-31 00:00:00'],
    ['date', 'datetime', '2026-01-31T23:30:00Z', '2026-01-31 00:00:00'],
    ['datetime', 'datetime', '2026-01-31T10:00:00+02:00', '2026-01-31 08:00:00'],
    ['datetime', 'datetime', '2026-01-31 10:00', '2026-01-31 10:00:00'],
    ['datetime', 'datetime', '2026-01-31', '2026-01-31 00:00:00'],
  ])('of %s in %s: %s is %s', (input, backend, text, kept) => {
    expect(keptValue(attributeOf('a', input, backend), text, 'SKU')).toBe(kept);
  });

  it.each([
    ['text', 'varchar', 'x'.repeat(256), '256 characters'],
    ['boolean', 'int', 'perhaps', 'neither yes nor no'],
    ['price', 'decimal', 'abc', 'no decimal'],
    ['price', 'decimal', '1,5', 'no decimal'],
    ['price', 'decimal', '1'.repeat(15), '14 digits'],
    ['text', 'int', '1.5', 'no whole number'],
    ['text', 'int', '2147483648', 'no whole number'],
    ['media_image', 'varchar', '/a.png', 'no attribute that keeps a text'],
    ['text', 'static', 'x', 'no attribute that keeps a text'],
    ['date', 'datetime', '31/12/2026', 'no date'],
    ['date', 'datetime', '2026-02-30', 'no date'],
    ['datetime', 'datetime', '2026-01-31T25:00:00Z', 'no date'],
  ])('of %s in %s: %s is refused', (input, backend, text, why) => {
    expect(() => keptValue(attributeOf('a', input, backend), text, 'SKU')).toThrow(why);
  });
});

import { z } from 'zod';
import { count, milliseconds, network, text, timeOfDay, yesOrNo } from '../fields.ts';
import { priceList, priceListProblems } from './price-lists.ts';

/** Written as members of the product: two writers of one of them would undo each other for ever. */
const ofTheProduct = new Set(['sku', 'name', 'price', 'status', 'visibility', 'weight', 'category_ids']);
const nameOrId = z.union([text, z.number().int().min(0)]).transform(String);

export const catalogSection = z
  .strictObject({
    /** Attribute set of products that Cartage creates and whose ERP names none: its name in the shop, or its id. */
    attributeSet: nameOrId.default('Default'),
    /** Websites a new product is assigned to, by their codes. */
    websites: z.array(text).min(1),
    /** ERP tax class to that of the shop: its name, or its id. A product with a class that is not listed is held. */
    taxClasses: z.record(text, nameOrId).default({}),
    /** ERP attribute code to Magento attribute code. Attributes that are not listed are not written. */
    attributes: z.record(text, text).default({}),
    /** What becomes of a product that the ERP no longer has. */
    deleted: z.enum(['disable', 'delete']).default('disable'),
    /** Adds options that an attribute lacks; otherwise the product is held until somebody has added them. */
    createOptions: yesOrNo.default(false),
    /** Makes categories that products name by a path; otherwise these are written without, until somebody has made them. */
    createCategories: yesOrNo.default(false),
    /** Texts with emoji, which most shops keep as question marks: refuse the product, strip them, or keep them. */
    emoji: z.enum(['refuse', 'strip', 'keep']).default('refuse'),
    /** Hosts that images are fetched from, with their port where it is not the usual one. */
    imageHosts: z.array(text).default([]),
    /** Networks that are not public and that images may be fetched from all the same. */
    imageNetworks: z.array(network).default([]),
    imageBytesMax: count(8_388_608),
    /** Pixels of the longer side. */
    imageSideMax: count(8_000),
    imageDeadlineMs: milliseconds(20_000),
    /** Visibility of products whose ERP says nothing about it. */
    visibility: z.enum(['none', 'catalog', 'search', 'both']).default('both'),
    /** Price list whose prices become the base price. */
    basePriceList: text,
    /** Further price lists of the ERP. Lists that are not named are not written. */
    priceLists: z.record(text, priceList).default({}),
    /** Currency of the base price; prices in another currency are held. */
    baseCurrency: text.regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code'),
    /** When the catalogue takes all that the shop leaves it; at other times it writes so few things at once. */
    quietHours: z.strictObject({ from: timeOfDay, to: timeOfDay, otherwise: count(1) }).optional(),
  })
  .superRefine((catalog, context) => {
    for (const [erpCode, code] of Object.entries(catalog.attributes))
      if (ofTheProduct.has(code))
        context.addIssue({
          code: 'custom',
          path: ['attributes', erpCode],
          message: `${code} is no further attribute: it has a column of its own, or a stream`,
        });
    for (const problem of priceListProblems(catalog)) context.addIssue({ code: 'custom', ...problem });
  });

import { z } from 'zod';
import { count, text } from '../fields.ts';

export const catalogSection = z.strictObject({
  /** Attribute set of products that Cartage creates, by its id. */
  attributeSetId: count(4),
  /** Websites a new product is assigned to, by their codes. */
  websites: z.array(text).min(1),
  /** ERP tax class to Magento tax class id. A product with a class that is not listed is held. */
  taxClasses: z.record(text, z.coerce.number().int().min(0)).default({}),
  /** ERP attribute code to Magento attribute code. Attributes that are not listed are not written. */
  attributes: z.record(text, text).default({}),
  /** Visibility of products whose ERP says nothing about it. */
  visibility: z.enum(['none', 'catalog', 'search', 'both']).default('both'),
  /** Price list whose prices become the base price. */
  basePriceList: text,
  /** Currency of the base price; prices in another currency are held. */
  baseCurrency: text.regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code'),
});

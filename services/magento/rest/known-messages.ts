import { foreignText } from '../../platform/errors.ts';
import { fillIn, readable } from './messages.ts';
import type { MagentoMessage } from './messages.ts';

/**
 * Lines of Magento's own code (2.4) on the calls that Cartage makes. `*` stands for what such a text quotes: a SKU, an
 * id, a code, a number, the name of a field.
 */
const knownTexts = [
  // Any call
  '* is required. Enter and try again.',
  '* is not supported. Correct the field name and try again.',
  'One or more input exceptions have occurred.',
  'Decoding error.',
  "Error occurred during * processing. The * value's type is invalid. The * type was expected. Verify and try again.",
  "The * value's type is invalid. The * type was expected. Verify and try again.",
  'Internal Error. Details are available in Magento log file. Report ID: *',
  'Request does not match any route.',
  'Specified request cannot be processed.',
  'The * HTTP method is not supported.',
  "The entity that was requested doesn't exist. Verify the entity and try again.",
  'No such entity with * = *',
  'No such entity.',
  'Maximum items of type * is *',
  'Maximum SearchCriteria pageSize is *',
  'Database lock wait timeout exceeded',
  'Database deadlock found when trying to get lock',
  // Log-in
  'The signature is invalid. Verify and try again.',
  'A consumer having the specified key does not exist',
  'Consumer key is not the correct length',
  'Specified token does not exist',
  'Token is not associated with the specified consumer',
  'The token length is invalid. Check the length and try again.',
  'Signature method * is not supported',
  'An error occurred validating the nonce',
  'The nonce is already being used by the consumer with ID *',
  "The consumer isn't authorized to access *.",
  'The account sign-in was incorrect or your account is disabled temporarily. Please wait and try again later.',
  // Products and prices
  "The bundle product can't contain another composite product.",
  'Product * cannot be added to bundle product as bundle product has * and * product assigned to multiple sources or has different source then rest of bundle items',
  'Child with specified sku: * already assigned to product: *',
  "Link URL's domain is not in list of downloadable_domains in env.php.",
  'Link URL must have valid format.',
  "The product that was requested doesn't exist. Verify the product and try again.",
  'The product was unable to be saved. Please try again.',
  'URL key for specified store already exists.',
  'SKU length should be * characters maximum.',
  'The * attribute value is empty. Set the attribute and try again.',
  "The Product with the * SKU doesn't exist.",
  'Invalid attribute * = *.',
  'Requested store is not found. Row ID: SKU = *, Store ID: *.',
  'Requested store is not found.',
  'Invalid attribute Price Type = *.',
  'Invalid attribute Website ID = *.',
  'Could not change non global Price when price scope is global.',
  'No such entity with Customer Group = *.',
  'We found a duplicate website, tier price, customer group and quantity: Customer Group = *, Website ID = *, Quantity = *.',
  // Stock
  'Validation Failed',
  'Could not save Source Item',
  'Input data is empty',
  '* can not be empty.',
  '* should be numeric.',
  '* should a known status.',
  '* can not contain leading or trailing spaces.',
  '* can not contain whitespaces.',
  'Source with code * does not exist.',
  'Stock with id * does not exist.',
  'The requested sku is not assigned to given stock.',
  "Can't check requested quantity for products without Source Items support.",
  // Shipments
  'Shipment Document Validation Error(s):',
  'The order does not allow a shipment to be created.',
  "You can't create a shipment without products.",
  'A shipment cannot be created when an order has a status of *',
  'Please enter a tracking number.',
  'Cannot create shipment as bundle product * has shipment type *. Bundle product itself should be shipped instead.',
  'Cannot create shipment as bundle product * has shipment type *. Bundle product options should be shipped instead.',
  'Could not save a shipment, see error log for details',
  'Could not save the shipment tracking.',
  // Credit memos
  'Creditmemo Document Validation Error(s):',
  'We found an invalid quantity to refund item *.',
  'The creditmemo contains product item that is not part of the original order.',
  'The creditmemo contains incorrect product items.',
  "We can't create creditmemo for the invoice.",
  'The most money available to refund is *.',
  'Maximum shipping amount allowed to refund is: *',
  'A creditmemo can not be created when an order has a status of *',
];

/** One word, or a few in quotation marks; never an address. */
const quoted = String.raw`(?:"[^"@]{0,80}"|[^\s"@]{1,80})`;

const known = new RegExp(
  `^(?:Validation Failed: )?(?:${knownTexts
    .map((text) => text.replace(/[.()]/g, String.raw`\$&`).replaceAll('*', quoted))
    .join('|')})$`,
);

/**
 * What Magento said, for a `why`: in its words where they are known, else without them, for they may come of an
 * extension, or quote what a customer typed.
 */
export function redacted(message: MagentoMessage): string {
  return isKnown(message) ? readable(wordsOf(message)) : foreignText(message.text);
}

export function isKnown({ template, errors }: MagentoMessage): boolean {
  const lines = template.split(/\s*\n\s*/).filter((line) => line !== '');
  return lines.every((line) => known.test(line)) && errors.every((error) => isKnown(error));
}

/** A parameter that is no single word stays a place in the text. */
function wordsOf({ template, parameters, errors }: MagentoMessage): string {
  const words = Object.entries(parameters).filter(([, value]) => /^[^\s"@]{1,80}$/.test(value));
  return [fillIn(template, Object.fromEntries(words)), ...errors.map((error) => wordsOf(error))].join(' ');
}

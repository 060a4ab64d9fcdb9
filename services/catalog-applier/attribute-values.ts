import { joinKey } from '../../schemas/keys.ts';
import { optionOf } from '../magento/attributes.ts';
import type { Attribute } from '../magento/attributes.ts';
import { Held, Rejected } from '../platform/errors.ts';
import type { Attempt } from '../platform/flow/outcome/outcome.ts';
import { keptOptions, keptValue, labelsOf } from '../wanted/products/attribute-value.ts';
import { optionName } from './definitions.ts';
import type { Definitions, SetDefinition } from './definitions.ts';

/** Texts of the ERP by Magento's attribute code; null: it is to have none. */
export type WantedValues = Readonly<Record<string, string | null>>;

export interface ValueOptions {
  definitions: Definitions;
  createOptions: boolean;
}

export interface Subject {
  sku: string;
  type: string;
}

/** The set, asked for anew where it lacks an attribute or an option that the values name. */
export function setFor(
  definitions: Definitions,
  nameOrId: string | number,
  wanted: WantedValues,
): Promise<SetDefinition> {
  return definitions.set(nameOrId, ({ attributes }) =>
    Object.entries(wanted).some(([code, text]) => {
      if (isNone(text)) return false;
      const attribute = attributes.get(code);
      return attribute === undefined || missingLabels(attribute, text).length > 0;
    }),
  );
}

/**
 * What is to be written for the values, checked against the shop's definitions: Magento ignores unknown attributes,
 * stores options that do not exist, cuts texts and keeps 0 for what is no number, all without a word (FACTS section 7).
 * An attribute that the set does not have needs no clearing.
 * @throws Held for what the shop lacks, Rejected for what it cannot keep
 */
export async function valuesFor(
  subject: Subject,
  wanted: WantedValues,
  set: SetDefinition,
  attempt: Attempt,
  options: ValueOptions,
): Promise<Record<string, string | null>> {
  const values: Record<string, string | null> = {};
  for (const [code, text] of Object.entries(wanted)) {
    const attribute = set.attributes.get(code);
    if (attribute === undefined) {
      if (!isNone(text)) throw attributeUnknown(subject.sku, code, set);
      continue;
    }
    if (isNone(text)) values[code] = null;
    else if (attribute.types.length > 0 && !attribute.types.includes(subject.type))
      throw notOfType(subject, attribute);
    else if (hasOptions(attribute))
      values[code] = await optionValues(subject, attribute, text, set, attempt, options);
    else values[code] = keptValue(attribute, text, subject.sku);
  }
  return values;
}

const isNone = (text: string | null | undefined): text is null | undefined | '' =>
  text === null || text === undefined || text === '';

const hasOptions = (attribute: Attribute) =>
  attribute.input !== 'boolean' && (attribute.takesOptions || attribute.options.length > 0);

function missingLabels(attribute: Attribute, text: string): string[] {
  if (!hasOptions(attribute)) return [];
  return labelsOf(attribute, text).filter((label) => optionOf(attribute, label) === null);
}

async function optionValues(
  { sku }: Subject,
  attribute: Attribute,
  text: string,
  set: SetDefinition,
  attempt: Attempt,
  { definitions, createOptions }: ValueOptions,
): Promise<string> {
  const values: string[] = [];
  for (const label of labelsOf(attribute, text)) {
    const known = optionOf(attribute, label);
    if (known !== null) values.push(known);
    else if (!createOptions || !attribute.takesOptions) throw optionUnknown(sku, attribute, label, set);
    else if (attempt.mode === 'dry') values.push(`new option ${label}`);
    else
      values.push(await definitions.addOption(set.id, attribute.code, label, () => attempt.assertCurrent()));
  }
  return keptOptions(attribute, values, sku);
}

function attributeUnknown(sku: string, code: string, set: SetDefinition): Held {
  return new Held({
    code: 'product.attribute_unknown',
    what: `Product ${sku}: the attribute set ${set.name} of the shop has no attribute ${code}`,
    why: 'Magento would ignore its value without a word',
    fix: 'Make the attribute and add it to the set under Stores > Attributes, or take it out of catalog.attributes; it is released by the first',
    waitsFor: `attribute/${joinKey([String(set.id), code])}`,
  });
}

function optionUnknown(sku: string, attribute: Attribute, label: string, set: SetDefinition): Held {
  const make = attribute.takesOptions
    ? 'Add the option under Stores > Attributes > Product, or let Cartage do so by catalog.createOptions: true; it is released by that'
    : 'Use one of these in the ERP, or map it in the query of the products stream';
  const known = attribute.options.slice(0, 20).map((option) => option.label);
  return new Held({
    code: 'product.option_unknown',
    what: `Product ${sku}: the attribute ${attribute.code} of the shop has no option ${JSON.stringify(label)}`,
    why:
      known.length === 0
        ? 'it has none'
        : `it has ${known.join(', ')}${attribute.options.length > 20 ? ', ...' : ''}`,
    fix: make,
    waitsFor: optionName(set, attribute.code, label),
  });
}

function notOfType({ sku, type }: Subject, { code, types }: Attribute): Rejected {
  return new Rejected({
    code: 'product.attribute_not_of_type',
    what: `Product ${sku}: the attribute ${code} is for ${types.join(', ')} products alone, this one is ${type}`,
    why: 'Magento would ignore its value without a word',
    fix: 'Leave it out in the query of the products stream, or let it apply to the type under Stores > Attributes',
  });
}

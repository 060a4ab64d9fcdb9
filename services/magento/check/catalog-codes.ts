import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import { optionOf, setNamed } from '../attributes.ts';
import type { Attribute, Attributes, AttributeSet } from '../attributes.ts';

/** What the configuration maps for products. */
export interface ExpectedOfCatalog {
  /** By name or id. */
  attributeSet: string;
  taxClasses: readonly string[];
  attributeCodes: readonly string[];
  createOptions: boolean;
}

/**
 * Whether tax classes, attributes and the attribute set are there, by the shop's own definitions: Magento takes any
 * number for a class, and ignores an unknown attribute, without a word.
 */
export async function checkCatalogCodes(
  attributes: Pick<Attributes, 'sets' | 'ofSet'>,
  expected: ExpectedOfCatalog,
): Promise<Finding[]> {
  const sets = await attributes.sets();
  const set = setNamed(sets, expected.attributeSet);
  if (set === null)
    return [
      fail(
        'magento.attribute_set_unknown',
        `catalog.attributeSet is ${expected.attributeSet}; the shop has ${sets.map(({ name }) => name).join(', ')}`,
        'Products are created with it',
        'Correct catalog.attributeSet, or make the set under Stores > Attributes > Attribute Set',
      ),
    ];
  const known = byCode(await attributes.ofSet(set.id));
  const lacking = [...new Set(expected.attributeCodes)].filter((code) => !known.has(code));
  const others = lacking.length === 0 ? [] : await otherSets(attributes, sets, set);
  const findings = [
    ...checkTaxClasses(known.get('tax_class_id'), expected.taxClasses),
    ...lacking.map((code) => lackingAttribute(code, set, others)),
    ...(expected.createOptions
      ? []
      : expected.attributeCodes.flatMap((code) => withoutOptions(known.get(code)))),
  ];
  return findings.length > 0
    ? findings
    : [ok('magento.catalog_codes', 'tax classes, attributes and the attribute set are there')];
}

const byCode = (attributes: readonly Attribute[]) =>
  new Map(attributes.map((attribute) => [attribute.code, attribute]));

function checkTaxClasses(attribute: Attribute | undefined, names: readonly string[]): Finding[] {
  const known = (attribute?.options ?? []).map(({ label, value }) => `${label} (${value})`).join(', ');
  return [...new Set(names)]
    .filter((name) => optionOf(attribute, name) === null)
    .map((name) =>
      fail(
        'magento.tax_class_unknown',
        `catalog.taxClasses names the tax class ${name}; the shop has ${known}`,
        'Magento would take any number for one, and compute no tax for the product; so products with it are held',
        'Correct catalog.taxClasses',
      ),
    );
}

interface SetWithCodes extends AttributeSet {
  codes: ReadonlyMap<string, Attribute>;
}

async function otherSets(
  attributes: Pick<Attributes, 'ofSet'>,
  sets: readonly AttributeSet[],
  { id: own }: AttributeSet,
): Promise<SetWithCodes[]> {
  const others: SetWithCodes[] = [];
  for (const set of sets)
    if (set.id !== own) others.push({ ...set, codes: byCode(await attributes.ofSet(set.id)) });
  return others;
}

function lackingAttribute(code: string, set: AttributeSet, others: readonly SetWithCodes[]): Finding {
  const having = others.filter(({ codes }) => codes.has(code)).map(({ name }) => name);
  const why = 'A product with a value for it is held: Magento would ignore it without a word';
  if (having.length > 0)
    return warn(
      'magento.attribute_not_in_set',
      `catalog.attributes writes to "${code}", which the attribute set ${set.name} does not have; ${having.join(', ')} has it`,
      why,
      `Add it to the set, or see that products with it have one of the others (column attribute_set)`,
    );
  return fail(
    'magento.attribute_unknown',
    `catalog.attributes writes to "${code}", which no attribute set of the shop has`,
    why,
    'Make it under Stores > Attributes > Product and add it to the set, or correct catalog.attributes',
  );
}

function withoutOptions(attribute: Attribute | undefined): Finding[] {
  if (attribute === undefined || !attribute.takesOptions || attribute.options.length > 0) return [];
  return [
    warn(
      'magento.attribute_without_options',
      `catalog.attributes writes to "${attribute.code}", which has no options yet`,
      'A product with a value for it is held until somebody has added it',
      'Add its options under Stores > Attributes > Product, or set catalog.createOptions: true',
    ),
  ];
}

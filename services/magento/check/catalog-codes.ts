import { z } from 'zod';
import { Rejected, Unavailable } from '../../platform/errors.ts';
import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import { allReadable, searchAll, searchPage } from '../rest/list.ts';
import type { Rest } from '../rest/rest.ts';
import { text } from '../shapes.ts';

/** What the configuration maps for products. */
export interface ExpectedOfCatalog {
  taxClassIds: readonly number[];
  attributeCodes: readonly string[];
  attributeSetId: number;
}

const noTaxClass = 0;
const taxClass = z.object({ class_id: text, class_name: text, class_type: text });

/** Whether tax classes, attributes and the attribute set are there: Magento takes any number for a class without a word. */
export async function checkCatalogCodes(rest: Rest, expected: ExpectedOfCatalog): Promise<Finding[]> {
  const findings = [
    ...(await checkTaxClasses(rest, expected.taxClassIds)),
    ...(await checkAttributes(rest, expected.attributeCodes)),
    ...(await checkAttributeSet(rest, expected.attributeSetId)),
  ];
  return findings.length > 0
    ? findings
    : [ok('magento.catalog_codes', 'tax classes, attributes and the attribute set are there')];
}

/** By the shop's list, where the integration may read it; else by what products bear. */
async function checkTaxClasses(rest: Rest, ids: readonly number[]): Promise<Finding[]> {
  const asked = [...new Set(ids)].filter((id) => id !== noTaxClass);
  if (asked.length === 0) return [];
  const known = await taxClasses(rest);
  if (known === null) {
    const unseen: number[] = [];
    for (const id of asked) if ((await productsWith(rest, 'tax_class_id', String(id))) === 0) unseen.push(id);
    return unseen.length === 0 ? [] : [unseenTaxClasses(unseen)];
  }
  return asked
    .filter((id) => !known.has(String(id)))
    .map((id) =>
      fail(
        'magento.tax_class_unknown',
        `catalog.taxClasses names the tax class ${id}; the shop has ${[...known].map(([one, name]) => `${one} (${name})`).join(', ')}`,
        'Magento would take it all the same, and compute no tax for the product',
        'Correct catalog.taxClasses',
      ),
    );
}

/** Of products, by id; null where the integration may not ask. */
async function taxClasses(rest: Rest): Promise<Map<string, string> | null> {
  const groups = [[{ field: 'class_type', value: 'PRODUCT' }]];
  const call = { path: ['taxClasses', 'search'], search: { groups, pageSize: 100 } };
  try {
    const found = allReadable(
      await searchAll(rest, { ...call, item: taxClass, id: 'class_id' }),
      'the tax class',
    );
    return new Map(found.map(({ class_id, class_name }) => [class_id, class_name]));
  } catch (error) {
    if (error instanceof Unavailable && error.fault.code === 'magento.scope_missing') return null;
    throw error;
  }
}

function unseenTaxClasses(ids: readonly number[]): Finding {
  return warn(
    'magento.tax_class_unseen',
    `catalog.taxClasses names the tax classes ${ids.join(', ')}, which no product of the shop has`,
    'Magento takes any number, and computes no tax where there is no such class. Its list can be read with Magento_Tax::manage_tax alone, which also lets taxes be changed',
    'Compare with Stores > Taxes > Tax Classes, or give the integration that resource for one run of this',
  );
}

async function checkAttributes(rest: Rest, codes: readonly string[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const code of new Set(codes))
    if ((await productsWith(rest, code, '-')) === null)
      findings.push(
        fail(
          'magento.attribute_unknown',
          `catalog.attributes writes to "${code}", which is no attribute of the shop's products`,
          'Magento ignores it without a word',
          'Make it under Stores > Attributes > Product, or correct catalog.attributes',
        ),
      );
  return findings;
}

async function checkAttributeSet(rest: Rest, id: number): Promise<Finding[]> {
  if ((await productsWith(rest, 'attribute_set_id', String(id))) !== 0) return [];
  return [
    warn(
      'magento.attribute_set_unseen',
      `No product of the shop has the attribute set ${id} (catalog.attributeSetId)`,
      'Products are created with it; one that does not exist refuses each of them',
      'Compare with Stores > Attributes > Attribute Set: the id is in the address of its page',
    ),
  ];
}

/** How many products there are; null where Magento knows no such attribute. */
async function productsWith(rest: Rest, field: string, value: string): Promise<number | null> {
  const search = { groups: [[{ field, value }]], pageSize: 1, fields: 'items[id],total_count' };
  try {
    const found = await searchPage(rest, {
      path: ['products'],
      search,
      item: z.object({ id: text }),
      id: 'id',
    });
    return found.totalCount;
  } catch (error) {
    if (error instanceof Rejected) return null;
    throw error;
  }
}

import type { Product } from '../../schemas/types.ts';
import type { CodeIds } from '../magento/code-ids.ts';
import type { MagentoProduct, Products, ProductWrite, ViewedProduct } from '../magento/products.ts';
import type { Config } from '../platform/config/schema.ts';
import { Held, Rejected } from '../platform/errors.ts';
import type { Attempt } from '../platform/flow/outcome/outcome.ts';
import { isKept, valueIn } from '../wanted/products/attribute-value.ts';
import { setFor, valuesFor } from './attribute-values.ts';
import type { Subject } from './attribute-values.ts';
import type { Definitions, SetDefinition } from './definitions.ts';
import { translatedTexts } from '../wanted/products/product-mapping.ts';

/** By attribute code, the name among them. Null: none. */
type Values = Readonly<Record<string, string | null>>;

/** What a store view is to show. */
export interface PlannedTranslation {
  view: string;
  values: Values;
}

interface Where {
  set: SetDefinition;
  /** What is to be shown where no view has its own. */
  globally: Values;
  catalog: Config['catalog'];
  definitions: Definitions;
  views: CodeIds;
  /** By the id of a view, what tells its website apart. */
  websitesOfViews: CodeIds;
  attempt: Attempt;
}

/**
 * The values of the views that the ERP translates for. Magento itself freezes the shop's own attributes in a view in which
 * anything is written (FACTS section 7): so of those that Cartage writes, the view is to show the value for all where the
 * translation has none, or it would show that of today for ever. Whatever else a view has is left alone. What the shop has
 * one of for each website is written from the first of its views that has a translation, and is that of all of them.
 */
export async function translationsFor(
  product: Product,
  { set, globally, catalog, definitions, views, websitesOfViews, attempt }: Where,
  faults: Rejected[],
): Promise<PlannedTranslation[]> {
  const planned: PlannedTranslation[] = [];
  const ofWebsites = new Map<string, string | null>();
  const subject: Subject = { sku: product.sku, type: product.kind };
  for (const translation of product.translations ?? []) {
    // The admin is none: 0 is the scope of all.
    const viewId = await views.idOf(translation.view);
    if (!viewId) {
      faults.push(viewUnknown(product, translation.view, views.knownCodes()));
      continue;
    }
    const { name, attributes } = translatedTexts(product, translation, catalog);
    const own = await setFor(definitions, set.id, attributes);
    const { createOptions } = catalog;
    const texts = await valuesFor(subject, attributes, own, attempt, { definitions, createOptions });
    const values: Record<string, string | null> = {};
    for (const [code, value] of Object.entries({ ...(name === null ? {} : { name }), ...texts })) {
      const scope = await definitions.scopeOf(code);
      const once = `${await websitesOfViews.codeOf(viewId)} ${code}`;
      if (scope !== 'store' && scope !== 'website')
        faults.push(notTranslatable(product, translation.view, code));
      else if (scope === 'store' || !ofWebsites.has(once)) values[code] = value;
      else if (ofWebsites.get(once) !== value) faults.push(websiteDisagrees(product, translation.view, code));
      if (scope === 'website' && code in values) ofWebsites.set(once, value);
    }
    for (const code of Object.values(catalog.attributes))
      if (!(code in values) && globally[code] !== undefined && (await isFrozen(code, set, definitions)))
        values[code] = globally[code];
    planned.push({ view: translation.view, values });
  }
  return planned;
}

async function isFrozen(
  code: string,
  { attributes }: SetDefinition,
  definitions: Definitions,
): Promise<boolean> {
  return attributes.get(code)?.isUserDefined === true && (await definitions.scopeOf(code)) === 'store';
}

/** What differs in each view. Where nothing does, the view goes on using what is shown in all. */
export function translationsDifference(
  planned: readonly PlannedTranslation[],
  set: SetDefinition,
  shownIn: (view: string) => Pick<ViewedProduct, 'name' | 'custom_attributes'> | null,
): PlannedTranslation[] {
  return planned.flatMap(({ view, values }) => {
    const shown = shownIn(view);
    const differing = Object.entries(values).filter(([code, value]) => {
      const now = shown && (code === 'name' ? shown.name : valueIn(shown, code));
      return !isKept(set.attributes.get(code), now, value);
    });
    return differing.length === 0 ? [] : [{ view, values: Object.fromEntries(differing) }];
  });
}

/** In a few words, for the outcome. */
export const saidOfTranslations = (differences: readonly PlannedTranslation[]): string[] =>
  differences.map(({ view, values }) => `in ${view}: ${Object.keys(values).join(', ')}`);

/** Each in its own scope. What one view cannot have is a fault of its own. */
export async function writeTranslations(
  { sku }: Pick<MagentoProduct, 'sku'>,
  differences: readonly PlannedTranslation[],
  set: SetDefinition,
  products: Pick<Products, 'update'>,
  attempt: Attempt,
): Promise<Rejected[]> {
  const faults: Rejected[] = [];
  for (const { view, values } of differences) {
    const { name, ...customAttributes } = values;
    const write: ProductWrite = {
      ...(name == null ? {} : { name }),
      ...(Object.keys(customAttributes).length === 0 ? {} : { customAttributes }),
    };
    attempt.assertCurrent();
    try {
      const saved = await products.update(sku, write, view);
      const left = translationsDifference([{ view, values }], set, () => saved);
      if (left.length > 0) faults.push(keptOtherwise(sku, view, Object.keys(left[0]!.values)));
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      faults.push(error);
    }
  }
  return faults;
}

function viewUnknown({ sku }: Product, view: string, known: readonly string[]): Held {
  return new Held({
    code: 'product.view_unknown',
    what: `Product ${sku} was written without its translation for the store view ${view}, which the shop does not have`,
    why: `it has ${known.join(', ')}`,
    fix: 'Correct the code in the column translations, or make the view under Stores > All Stores; it is released by that',
    waitsFor: `view/${view}`,
  });
}

function notTranslatable({ sku }: Product, view: string, code: string): Rejected {
  return new Rejected({
    code: 'product.attribute_not_of_view',
    what: `Product ${sku} was written without its ${code} for the store view ${view}: the shop has one for all views`,
    why: 'Magento would write it for all of them from there',
    fix: `Leave ${code} out of the column translations, or set its scope under Stores > Attributes`,
  });
}

function websiteDisagrees({ sku }: Product, view: string, code: string): Rejected {
  return new Rejected({
    code: 'product.attribute_of_website',
    what: `Product ${sku} was written without its ${code} for the store view ${view}: another view of the same website has another one`,
    why: 'the shop has one for all views of a website',
    fix: `Say the same ${code} for both in the column translations, or set its scope to Store View under Stores > Attributes`,
  });
}

function keptOtherwise(sku: string, view: string, codes: readonly string[]): Rejected {
  return new Rejected({
    code: 'product.kept_otherwise',
    what: `Product ${sku} was saved, and the store view ${view} shows ${codes.join(', ')} otherwise than it was written`,
    fix: 'Look at it in the shop, and for an extension that changes what is saved; correct the value in the ERP',
  });
}

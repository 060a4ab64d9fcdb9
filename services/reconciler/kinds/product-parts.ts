import { createHash } from 'node:crypto';
import type { Product } from '../../../schemas/types.ts';
import { optionOf } from '../../magento/attributes.ts';
import type { Attribute, Attributes } from '../../magento/attributes.ts';
import { CategoryTree } from '../../magento/category-tree.ts';
import { CodeIds } from '../../magento/code-ids.ts';
import type { Magento } from '../../magento/magento.ts';
import type { MagentoProduct } from '../../magento/products.ts';
import type { Clock } from '../../platform/clock.ts';
import { isKept, keptOptions, keptValue, labelsOf, valueIn } from '../../wanted/products/attribute-value.ts';
import type { Unlike } from '../compare/comparer.ts';

/** A long text takes its digest alone: 50,000 descriptions would not be held. */
export type Brief = string | null | { digest: string; characters: number };

/** What a product has beside its name, as the ERP says it. */
export interface WantedParts {
  attributes: Readonly<Record<string, Brief>>;
  websites: readonly string[] | null;
  categories: readonly string[];
}

const briefCharacters = 64;
/** Sets are changed by people; what they did is in force within this time. */
const setAgeMs = 600_000;

export function partsOf(
  { websites, categories }: Pick<Product, 'websites' | 'categories'>,
  attributes: Readonly<Record<string, string | null>>,
): WantedParts {
  return { attributes: inBrief(attributes), websites, categories: categories ?? [] };
}

export const inBrief = (texts: Readonly<Record<string, string | null>>): Record<string, Brief> =>
  Object.fromEntries(Object.entries(texts).map(([code, text]) => [code, briefOf(text)]));

const briefOf = (text: string | null): Brief =>
  text === null || text.length <= briefCharacters
    ? text
    : { digest: digestOf(text), characters: text.length };

const digestOf = (text: string) => createHash('sha256').update(text).digest('base64');

/**
 * Attributes, websites and categories, compared as the applier does: with the shop's own definitions. What the shop lacks a
 * definition of is held, and not spoken of.
 */
export class ProductParts {
  readonly #attributes: Pick<Attributes, 'ofSet'>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #websites: CodeIds;
  readonly #tree: CategoryTree;
  readonly #sets = new Map<number, { at: number; attributes: ReadonlyMap<string, Attribute> }>();

  constructor(magento: Pick<Magento, 'attributes' | 'store' | 'categories'>, clock: Pick<Clock, 'now'>) {
    this.#attributes = magento.attributes;
    this.#clock = clock;
    this.#websites = new CodeIds(() => magento.store.websites(), clock);
    this.#tree = new CategoryTree(magento.categories, clock);
  }

  async unlike(wanted: WantedParts, found: MagentoProduct): Promise<Unlike[]> {
    return [
      ...(await this.unlikeValues(wanted.attributes, found)),
      ...(await this.#unlikeWebsites(wanted.websites, found)),
      ...(await this.#unlikeCategories(wanted.categories, found)),
    ];
  }

  async unlikeValues(wanted: Readonly<Record<string, Brief>>, found: MagentoProduct): Promise<Unlike[]> {
    const set = await this.#set(found.attribute_set_id);
    return Object.entries(wanted).flatMap(([code, text]) => {
      const attribute = set.get(code);
      return attribute === undefined ? [] : unlikeValue(attribute, text, found);
    });
  }

  async #set(id: number): Promise<ReadonlyMap<string, Attribute>> {
    const known = this.#sets.get(id);
    if (known && this.#clock.now() - known.at < setAgeMs) return known.attributes;
    const attributes = new Map((await this.#attributes.ofSet(id)).map((one) => [one.code, one]));
    this.#sets.set(id, { at: this.#clock.now(), attributes });
    return attributes;
  }

  /** Where the ERP names none, those of the product stay. */
  async #unlikeWebsites(codes: readonly string[] | null, found: MagentoProduct): Promise<Unlike[]> {
    if (codes === null) return [];
    const ids = await Promise.all(codes.map((code) => this.#websites.idOf(code)));
    const there = found.extension_attributes.website_ids;
    const isSame = ids.length === there.length && ids.every((id) => id !== null && there.includes(id));
    if (isSame || ids.includes(null)) return [];
    const names = there.map((id) => this.#websites.knownCode(id) ?? String(id));
    return [
      { field: 'websites', wanted: codes.toSorted().join(', '), found: names.toSorted().join(', ') || null },
    ];
  }

  /** Of those that people have added nothing is said. */
  async #unlikeCategories(paths: readonly string[], found: MagentoProduct): Promise<Unlike[]> {
    const links = new Set(found.extension_attributes.category_links.map(({ category_id }) => category_id));
    const missing: Unlike[] = [];
    for (const path of paths) {
      const id = await this.#tree.idOf(path);
      if (id !== null && !links.has(id))
        missing.push({ field: `categories.${path}`, wanted: 'yes', found: null });
    }
    return missing;
  }
}

function unlikeValue(attribute: Attribute, text: Brief, found: MagentoProduct): Unlike[] {
  const { code, types } = attribute;
  const field = `attributes.${code}`;
  const shown = valueIn(found, code);
  // A key that customers know stays when the ERP no longer gives one.
  if (text === null || text === '')
    return shown === null || code === 'url_key' ? [] : [{ field, wanted: null, found: words(shown) }];
  if (types.length > 0 && !types.includes(found.type_id)) return [];
  if (typeof text === 'object') {
    // The shop shows the numbers of options; of a long list of labels only the applier knows which they are.
    if (hasOptions(attribute)) return [];
    if (shown !== null && digestOf(shown) === text.digest) return [];
    return [{ field, wanted: `${text.characters} characters`, found: words(shown) }];
  }
  const kept = keptOf(attribute, text, found.sku);
  return kept === null || isKept(attribute, shown, kept)
    ? []
    : [{ field, wanted: text, found: words(shown) }];
}

const hasOptions = ({ input, takesOptions, options }: Attribute) =>
  input !== 'boolean' && (takesOptions || options.length > 0);

/** Null where the shop lacks an option, or cannot keep it: the record is held, or parked. */
function keptOf(attribute: Attribute, text: string, sku: string): string | null {
  try {
    if (!hasOptions(attribute)) return keptValue(attribute, text, sku);
    const values = labelsOf(attribute, text).map((label) => optionOf(attribute, label));
    return values.includes(null) ? null : keptOptions(attribute, values as string[], sku);
  } catch {
    return null;
  }
}

function words(shown: string | null): string | null {
  return shown === null || shown.length <= briefCharacters ? shown : `${shown.length} characters`;
}

import { Rejected } from '../platform/errors.ts';
import type { SourceItems } from './source-items.ts';
import type { Sources } from './sources.ts';

const defaultSource = 'default';

interface Inventory {
  sourceItems: Pick<SourceItems, 'read' | 'remove'>;
  sources: Pick<Sources, 'stocks' | 'stockSourceLinks'>;
}

/** An effect asks it as it begins: whether it may still. */
interface Fenced {
  assertCurrent(): void;
}

/**
 * Magento assigns every product that is made over REST to the source `default`, with nothing there, and the parts of a bundle
 * that ships together to no second source: a shop whose stock lies elsewhere takes neither the bundle nor the stock of its parts
 * (FACTS section 6). So those rows are taken away where they tell nothing: they are empty, the ERP has no warehouse for that
 * source, and no website sells from it. Of all parts before their bundle is written, because the shop judges one part by the
 * rows of all; else when it has refused the stock of a part.
 */
export class DefaultRows {
  readonly #sourceItems: Inventory['sourceItems'];
  readonly #sources: Inventory['sources'];
  readonly #mapped: () => readonly string[];

  /** @param mapped the shop's sources that the ERP has warehouses for */
  constructor({ sourceItems, sources }: Inventory, mapped: () => readonly string[]) {
    this.#sourceItems = sourceItems;
    this.#sources = sources;
    this.#mapped = mapped;
  }

  /** The write, and once more when it was refused for rows of these SKUs that could be taken away. */
  async without<Result>(
    skus: readonly string[],
    attempt: Fenced,
    write: () => Promise<Result>,
  ): Promise<Result> {
    attempt.assertCurrent();
    try {
      return await write();
    } catch (error) {
      const isForRows = error instanceof Rejected && error.fault.code === 'magento.bundle_sources';
      if (!isForRows || !(await this.remove(skus, attempt))) throw error;
      attempt.assertCurrent();
      return write();
    }
  }

  /** @returns whether there were any */
  async remove(skus: readonly string[], attempt: Fenced): Promise<boolean> {
    if (this.#mapped().includes(defaultSource) || (await this.#isSoldFrom())) return false;
    const rows = await this.#sourceItems.read({ skus, sourceCode: defaultSource });
    const empty = rows.filter(({ quantity }) => Number(quantity) === 0);
    if (empty.length === 0) return false;
    attempt.assertCurrent();
    await this.#sourceItems.remove(empty);
    return true;
  }

  async #isSoldFrom(): Promise<boolean> {
    const [stocks, links] = await Promise.all([this.#sources.stocks(), this.#sources.stockSourceLinks()]);
    const from = new Set(
      links.filter((link) => link.sourceCode === defaultSource).map(({ stockId }) => stockId),
    );
    return stocks.some(({ id, websiteCodes }) => from.has(id) && websiteCodes.length > 0);
  }
}

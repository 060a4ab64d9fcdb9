import type { CodeIds } from '../magento/code-ids.ts';
import { Held } from '../platform/errors.ts';

/** Website codes of the configuration to the shop's ids. */
export class WebsiteIds {
  readonly #websites: CodeIds;

  constructor(websites: CodeIds) {
    this.#websites = websites;
  }

  /** @throws Held when the shop lacks one of them. */
  async of(codes: readonly string[]): Promise<number[]> {
    const found: number[] = [];
    for (const code of codes) found.push(await this.#idOf(code));
    return found;
  }

  async #idOf(code: string): Promise<number> {
    const id = await this.#websites.idOf(code);
    if (id !== null) return id;
    throw new Held({
      code: 'product.website_unknown',
      what: `The shop has no website ${code}`,
      fix: `Correct catalog.websites in the configuration; the shop has: ${this.#websites.knownCodes().join(', ')}`,
      waitsFor: 'configuration/catalog/websites',
    });
  }
}

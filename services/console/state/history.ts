import type { OutcomeView } from './outcome-view.ts';

const limit = 20_000;
const storyLimit = 500;

/** What is remembered of single records, for the story of one order or SKU: the last 20,000 outcomes, about 15 MB. */
export class History {
  readonly #ring: OutcomeView[] = [];
  #next = 0;

  add(outcome: OutcomeView): void {
    this.#ring[this.#next] = outcome;
    this.#next = (this.#next + 1) % limit;
  }

  /**
   * Outcomes of all keys that contain `text`, an order number or a SKU, in order of time; the newest 500 of them.
   * Asks every record in memory, which takes about a millisecond and needs no index to be kept.
   */
  story(text: string): OutcomeView[] {
    return this.#ring
      .filter(({ key }) => key.includes(text))
      .toSorted((a, b) => a.finishedAt - b.finishedAt)
      .slice(-storyLimit);
  }
}

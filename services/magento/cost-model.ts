interface Seen {
  rows: number;
  durationMs: number;
}

/** What a request costs: so much whatever it holds, and so much for each row. */
export interface Cost {
  fixedMs: number;
  perRowMs: number;
}

/** As many answers count: a shop is another one an hour later. */
const keptAnswers = 16;
/** By less than this share the sizes differ by chance, and tell nothing of what a row costs. */
const spreadMin = 0.25;
/** An answer that took so many times what was foreseen: all that was learnt before is out of date. */
const surprise = 2;

/** Learns what requests cost from how long their answers took: a straight line through the last of them. */
export class CostModel {
  #seen: Seen[] = [];

  /** Rows of the largest request that counts. */
  get rowsSeen(): number {
    return Math.max(0, ...this.#seen.map(({ rows }) => rows));
  }

  add(rows: number, durationMs: number): void {
    const cost = this.cost();
    const foreseenMs = cost && cost.fixedMs + cost.perRowMs * rows;
    if (foreseenMs !== null && durationMs > surprise * foreseenMs) this.forget();
    this.#seen = [...this.#seen.slice(1 - keptAnswers), { rows, durationMs }];
  }

  forget(): void {
    this.#seen = [];
  }

  /** Null while all requests were of about one size: which part of their time is whose is not known then. */
  cost(): Cost | null {
    const most = this.rowsSeen;
    const fewest = Math.min(...this.#seen.map(({ rows }) => rows));
    if (this.#seen.length < 2 || most - fewest < spreadMin * most) return null;
    const meanRows = mean(this.#seen.map(({ rows }) => rows));
    const meanMs = mean(this.#seen.map(({ durationMs }) => durationMs));
    const spread = mean(this.#seen.map(({ rows }) => (rows - meanRows) ** 2));
    const together = mean(
      this.#seen.map(({ rows, durationMs }) => (rows - meanRows) * (durationMs - meanMs)),
    );
    const perRowMs = Math.max(0, together / spread);
    const fixedMs = meanMs - perRowMs * meanRows;
    // Time that grows faster than the rows: none of it is fixed.
    return fixedMs >= 0 ? { fixedMs, perRowMs } : { fixedMs: 0, perRowMs: meanMs / meanRows };
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The two error classes that carry the policy of every flow (design.md, promise 5).
 * Whoever talks to the other side throws one of them; only `flow/` acts on them.
 * Anything else that is thrown is a bug: it is tried a few times, then parked.
 */

/** What an operator needs to act: which rule was hit, what happened, why, and the way out. */
export interface Fault {
  /** Stable, dotted, lower case: `product.unknown`, `order.payment_unmapped`. */
  code: string;
  /** What happened, with the identifiers of the record, without personal data. */
  what: string;
  /** What to do about it, in the imperative. */
  fix: string;
  /** The other side's own words, where it gave any. */
  why?: string;
  /** Of a held record, what releases it when it is there: `configuration/SECTION/MAPPING[/CODE]`, `product/SKU`, `order/KEY`. */
  waitsFor?: string;
}

/** The record is at fault. It is parked at once; the next record goes on. */
export class Rejected extends Error {
  readonly fault: Fault;
  constructor(fault: Fault, options?: ErrorOptions) {
    super(sentence(fault), options);
    this.name = 'Rejected';
    this.fault = fault;
  }
}

/**
 * The record is right but something it needs is not there yet: a mapping, a product in the shop.
 * Parked like `Rejected`, shown apart, and released by what it waits for.
 */
export class Held extends Rejected {
  constructor(fault: Fault, options?: ErrorOptions) {
    super(fault, options);
    this.name = 'Held';
  }
}

export interface UnavailableOptions extends ErrorOptions {
  /**
   * `none`: the request had no effect, try again.
   * `unknown`: it may have been carried out, or still be: wait `settleMs`, look, then decide (R72).
   */
  outcome?: 'none' | 'unknown';
  /** What the other side asked for by Retry-After. */
  retryAfterMs?: number;
  /** The same fault may also be the record's own (a 5xx, no answer in time): of a lasting one a probe call decides. */
  perhapsRecord?: boolean;
  /** No retry can help before a person acts (401, 403): the flow waits and says so. */
  needsOperator?: boolean;
}

/** The other side is at fault. The flow waits in place and nothing is parked. */
export class Unavailable extends Error {
  readonly fault: Fault;
  readonly outcome: 'none' | 'unknown';
  readonly retryAfterMs: number | undefined;
  readonly perhapsRecord: boolean;
  readonly needsOperator: boolean;
  constructor(fault: Fault, options: UnavailableOptions = {}) {
    super(sentence(fault), options);
    this.name = 'Unavailable';
    this.fault = fault;
    this.outcome = options.outcome ?? 'none';
    this.retryAfterMs = options.retryAfterMs;
    this.perhapsRecord = options.perhapsRecord ?? false;
    this.needsOperator = options.needsOperator ?? false;
  }
}

function sentence({ code, what, why, fix }: Fault): string {
  return `${what}${why ? ` (${why})` : ''}. ${fix} [${code}]`;
}

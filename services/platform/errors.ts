/**
 * The two error classes that carry the policy of every flow.
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
  /** In our own words, the system's, or a text that is known to quote no data. */
  why?: string;
  /** Of a held record, what releases it when it is there: `configuration/SECTION/MAPPING[/CODE]`, `product/SKU`, `order/KEY`, `invoice/KEY` of the order, `replaced/KEY`. */
  waitsFor?: string;
}

let isForeignTextKept = false;

/**
 * Whether what other systems say in words is passed on: as the configuration says (`telemetry.foreignText`), and by
 * `cartage check`, where a person asks.
 */
export function keepForeignText(kept: boolean): void {
  isForeignTextKept = kept;
}

/**
 * What another system said, for a `why`. Its words may quote anybody: a trigger's `raise exception 'Customer %'`, a
 * refused address. So they end here, before there is an error that could carry them into a log, a topic, a trace or a
 * page, unless they are asked for; status, code and name of the call stay.
 */
export function foreignText(said: string): string {
  return isForeignTextKept ? said : 'its words are left out, see telemetry.foreignText';
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

/** A longer Retry-After is looked at again after this time: it may be a mistake, or over sooner. */
const retryAfterMaxMs = 900_000;

export interface UnavailableOptions extends ErrorOptions {
  /**
   * `none`: the request had no effect, try again.
   * `unknown`: it may have been carried out, or still be: wait `settleMs`, look, then decide.
   */
  outcome?: 'none' | 'unknown';
  /** What the other side asked for by Retry-After; at most `retryAfterMaxMs` of it count. */
  retryAfterMs?: number;
  /** The same fault may also be the record's own (a 5xx, no answer in time): of a lasting one a probe call decides. */
  perhapsRecord?: boolean;
  /** Nothing has failed: the other side is well, and does not show yet what is looked for. It is looked for again. */
  notYet?: boolean;
  /** What is not there yet may be there when this resolves: it is looked for then, and need not be before `retryAfterMs`. */
  until?: Promise<void>;
  /** Of a document that is not to be yet: those of its key that come after it go first, because it may wait for one of them. */
  letsPass?: boolean;
  /** No retry can help before a person acts (401, 403): the flow waits and says so. */
  needsOperator?: boolean;
}

/** The other side is at fault. The flow waits in place and nothing is parked. */
export class Unavailable extends Error {
  readonly fault: Fault;
  readonly outcome: 'none' | 'unknown';
  readonly retryAfterMs: number | undefined;
  readonly perhapsRecord: boolean;
  readonly notYet: boolean;
  readonly until: Promise<void> | undefined;
  readonly letsPass: boolean;
  readonly needsOperator: boolean;
  constructor(fault: Fault, options: UnavailableOptions = {}) {
    super(sentence(fault), options);
    this.name = 'Unavailable';
    this.fault = fault;
    this.outcome = options.outcome ?? 'none';
    this.retryAfterMs =
      options.retryAfterMs === undefined ? undefined : Math.min(options.retryAfterMs, retryAfterMaxMs);
    this.perhapsRecord = options.perhapsRecord ?? false;
    this.notYet = options.notYet ?? false;
    this.until = options.until;
    this.letsPass = options.letsPass ?? false;
    this.needsOperator = options.needsOperator ?? false;
  }
}

/**
 * What may be told of an error that was not foreseen: its text where that is known to quote no data (ours, the Kafka
 * client's, the operating system's, the engine's complaint about code), else only its name. A parser's error, for one,
 * quotes what it could not read.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return quotesNothing(error) ? error.message : `${error.name}: ${foreignText(error.message)}`;
}

function quotesNothing(error: Error): boolean {
  if (error instanceof Rejected || error instanceof Unavailable || error.name.startsWith('KafkaJS'))
    return true;
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError)
    return true;
  if (error instanceof Defect) return true;
  // A database's error has a code like one of the system, but a severity beside it.
  const { code, severity } = error as NodeJS.ErrnoException & { severity?: string };
  return severity === undefined && code !== undefined && /^[A-Z][A-Z0-9_]+$/.test(code);
}

/** A rule of the code itself is broken, or the configuration cannot be worked with. Its text quotes no data. */
export class Defect extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Defect';
  }
}

function sentence({ code, what, why, fix }: Fault): string {
  return `${what}${why ? ` (${why})` : ''}. ${fix} [${code}]`;
}

import type { MagentoMessage } from './messages.ts';

/** What was asked; `route` is a name with few values (`POST inventory/source-items`), never a SKU or an id. */
export interface Asked {
  method: string;
  route: string;
  /** The path as sent, to see whether it holds an escaped slash. */
  path: string;
  /** A POST that only reads, such as base-prices-information: nothing can be half done. */
  readsOnly?: boolean;
}

/** One answer as the rows of the table see it. */
export interface Seen {
  asked: Asked;
  status: number;
  media: 'json' | 'html' | 'text' | 'other';
  body: string;
  headers: Record<string, string>;
  /** The JSON body, numbers as text; undefined when it is no JSON. */
  json: unknown;
  message: MagentoMessage | null;
}

/** What a row makes of an answer. */
export interface Verdict {
  kind: 'rejected' | 'unavailable';
  code: string;
  fix: string;
  /** Only for `unavailable`; `unknown` is the right thing to say whenever the work may have been done. */
  outcome?: 'none' | 'unknown';
  perhapsRecord?: boolean;
  needsOperator?: boolean;
  /** The largest number of items Magento takes, where it says so. */
  maxItems?: number;
}

/** One row: which answers, and what they mean. The first that fits counts, so order is part of the meaning. */
export interface AnswerRow {
  name: string;
  fits: (seen: Seen) => boolean;
  verdict: (seen: Seen) => Verdict;
}

export function rejected(code: string, fix: string): () => Verdict {
  return () => ({ kind: 'rejected', code, fix });
}

export function unavailable(code: string, fix: string, more: Partial<Verdict> = {}): () => Verdict {
  return () => ({ kind: 'unavailable', code, fix, ...more });
}

/** Refused before anything was done, and so will every retry be until a person acts. */
export function operator(code: string, fix: string): Verdict {
  return { kind: 'unavailable', code, fix, outcome: 'none', needsOperator: true };
}

export function says(template: string | undefined, start: string): boolean {
  return template?.startsWith(start) ?? false;
}

/** What to look at, by what was to be saved: the cause stands only in the log of the shop. */
export function couldNotSaveFix(route: string): string {
  if (route.includes('source-items'))
    return 'Check that every source code exists; else it may be a passing lock';
  if (route.includes('ship')) return 'Check that the source exists, is enabled and holds the quantity';
  if (route.includes('products')) return 'Check the website ids; else see the log of the shop';
  return 'See the log of the shop for the cause';
}

/** The story of one order or SKU, as `cartage explain` prints it and the console draws it. */

/** One thing that happened. Times are UTC milliseconds. */
export interface Happening {
  at: number;
  /** Who did or saw it: the shop, the ERP, a process, a person. */
  by: string;
  topic: string | null;
  key: string;
  documentId: string | null;
  /** asked, published, gone, parked, act, shop, or the status of an outcome: applied, unchanged, held, … */
  kind: string;
  /** In words, without personal data. */
  what: string;
  code: string | null;
  fix: string | null;
  /** How many tries it took; null where nothing was tried. */
  attempts: number | null;
  traceId: string | null;
  /** Where the trace is to be seen; null where no such place is configured. */
  traceUrl: string | null;
}

/** What one side says now. */
export interface Side {
  name: 'shop' | 'ERP';
  /** By name: where both sides have a fact of the same name, they are one thing seen from two sides. */
  facts: Record<string, string>;
  /** Why it, or a part of it, could not be asked, in words; null where it could. */
  unknown: string | null;
}

/** Something that is not as it should be, and what to do. */
export interface Finding {
  code: string;
  what: string;
  fix: string;
}

export interface Story {
  kind: 'order' | 'sku';
  /** As it was asked for. */
  asked: string;
  /** Keys on their topics that it is about; empty where nobody knows of it. */
  keys: string[];
  happenings: Happening[];
  /** How many of the oldest were left out. */
  leftOut: number;
  sides: Side[];
  findings: Finding[];
  /** The newest record of each key on its topic; personal data is hidden unless it was to be revealed. */
  records: { topic: string; key: string; documentId: string | null; value: unknown }[];
}

/** Whether anybody knows of it: a topic, or one of the two sides. */
export function isKnown({ happenings, sides }: Pick<Story, 'happenings' | 'sides'>): boolean {
  return happenings.length > 0 || sides.some(({ facts }) => Object.keys(facts).length > 0);
}

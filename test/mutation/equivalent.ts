/** A fault that changes nothing anybody could see, and why: it is not drawn. */
export interface Equivalent {
  file: string;
  /** The line of the source, without its indentation. */
  before: string;
  after: string;
  reason: string;
}

export const equivalents: readonly Equivalent[] = [
  {
    file: 'services/order-exporter/due.ts',
    before: 'complete: 3,',
    after: 'complete: 4,',
    reason: 'only the order of the steps counts',
  },
  {
    file: 'services/order-exporter/due.ts',
    before: 'return dueFrom.some((from) => (progress[from] ?? Infinity) < reached);',
    after: 'return dueFrom.some((from) => (progress[from]) < reached);',
    reason: 'nothing is not less than any number either; the compiler wants one',
  },
];

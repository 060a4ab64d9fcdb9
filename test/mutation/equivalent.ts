/** A fault that changes nothing anybody could see, and why: it is not drawn. */
export interface Equivalent {
  file: string;
  /** The line of the source, without its indentation. */
  before: string;
  after: string;
  reason: string;
}

export const equivalents: readonly Equivalent[] = [];

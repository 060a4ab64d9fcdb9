/** A benchmark of more than one figure: the whole line at work, its peer a row of the same table. */
export interface Study {
  name: string;
  /** What is measured, and how, in one or two sentences. */
  about: string;
  run(say: (text: string) => void, options: StudyOptions): Promise<Figures>;
}

export interface StudyOptions {
  /** A small size, to see in a minute whether it runs: its figures say little. Who knows no sizes does as always. */
  isQuick: boolean;
}

export interface Figures {
  /** One line of the table each; units stand in the names. */
  rows: Record<string, string | number>[];
  /** What one must know to read them. */
  notes: string[];
}

export interface Report extends Figures {
  name: string;
  about: string;
}

/** Nearest rank: a value that was really seen, never one in between. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

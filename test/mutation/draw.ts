import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../services/platform/flow/testing/random.ts';
import { equivalents } from './equivalent.ts';
import { mutantsOf, withMutant } from './mutants.ts';
import type { Mutant } from './mutants.ts';

/** A fault in its file, with the line it changes as it reads before and after. */
export interface Drawn extends Mutant {
  file: string;
  before: string;
  after: string;
}

/** All faults that can be made in these files, those left out that change nothing. */
export function allMutants(folder: string, files: readonly string[]): Drawn[] {
  return files.flatMap((file) => {
    const source = readFileSync(join(folder, file), 'utf8');
    return mutantsOf(source)
      .map((mutant) => ({ ...mutant, file, ...linesOf(source, mutant) }))
      .filter((drawn) => !isEquivalent(drawn));
  });
}

function linesOf(source: string, mutant: Mutant): { before: string; after: string } {
  const line = (text: string) => text.split('\n')[mutant.line - 1]!.trim();
  return { before: line(source), after: line(withMutant(source, mutant)) };
}

const isEquivalent = ({ file, before, after }: Drawn) =>
  equivalents.some((one) => one.file === file && one.before === before && one.after === after);

/** So many of them by chance, without repetition; the same seed draws the same. */
export function draw<Item>(items: readonly Item[], count: number, seed: number): Item[] {
  const random = new Random(seed);
  const left = [...items];
  const drawn: Item[] = [];
  while (drawn.length < count && left.length > 0)
    drawn.push(...left.splice(random.between(0, left.length), 1));
  return drawn;
}

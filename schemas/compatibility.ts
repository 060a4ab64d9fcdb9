/**
 * Whether readers and writers of different versions of a contract understand each other, checked without a server
 * and said in plain words. FULL_TRANSITIVE: every version must read every earlier one, and be read by it,
 * because nobody can say when the last reader of an old version is gone, and records stay on the topics.
 *
 * The rules are Avro's schema resolution, with two made stricter: a record keeps its name (an alias helps new
 * readers only), and a value keeps its meaning. A reader resolves the bytes and ignores the logical type, so a
 * decimal of another scale would be read as a hundred times the amount without anybody noticing.
 */
import { nameOf, parseAvro } from './avro.ts';
import { wordsOf } from './compatibility-words.ts';
import type { Direction } from './compatibility-words.ts';
import { flawsOf } from './resolution.ts';

/**
 * Why `current` may not be published after `published` (oldest first): one sentence per cause, naming the
 * versions concerned. Empty when it may.
 */
export function compatibilityProblems(current: string, published: readonly string[]): string[] {
  const now = parseAvro(current);
  const versionsOf = new Map<string, number[]>();
  for (const [index, text] of published.entries()) {
    const before = parseAvro(text);
    const pairs: [Direction, typeof now, typeof now][] = [
      ['forward', before, now],
      ['backward', now, before],
    ];
    for (const [direction, reader, writer] of pairs)
      for (const flaw of flawsOf(reader, writer)) {
        const sentence = wordsOf(flaw, direction, nameOf);
        const versions = versionsOf.get(sentence) ?? [];
        if (!versions.includes(index + 1)) versions.push(index + 1);
        versionsOf.set(sentence, versions);
      }
  }
  return [...versionsOf].map(([sentence, versions]) => sentence.replaceAll('{versions}', list(versions)));
}

/** Whether a reader with one schema understands what a writer with another one wrote. */
export function canRead(reader: string, writer: string): boolean {
  return flawsOf(parseAvro(reader), parseAvro(writer)).length === 0;
}

function list(versions: number[]): string {
  const last = versions.at(-1);
  return versions.length === 1
    ? `version ${last}`
    : `versions ${versions.slice(0, -1).join(', ')} and ${last}`;
}

import { readFileSync } from 'node:fs';

/** The text of a file. @throws as `readFileSync` does */
export type ReadText = (path: string) => string;

export const readText: ReadText = (path) => readFileSync(path, 'utf8');

/**
 * What a configuration was read from: its file, its recipe, its secrets. To read them is cheap; to parse them and to try
 * them on the schema takes a busy process some 20 ms, in which everything waits, so that is done only when one changed.
 */
export class ReadFiles {
  /** By path; null: it could not be read. */
  readonly #texts = new Map<string, string | null>();

  readonly read: ReadText = (path) => {
    this.#texts.set(path, null);
    const text = readText(path);
    this.#texts.set(path, text);
    return text;
  };

  /** False while nothing was read. */
  areUnchanged(): boolean {
    return this.#texts.size > 0 && [...this.#texts].every(([path, text]) => textOrNull(path) === text);
  }
}

function textOrNull(path: string): string | null {
  try {
    return readText(path);
  } catch {
    return null;
  }
}

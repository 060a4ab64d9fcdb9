import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** One row as it is now; `row` null when it was removed. */
export interface Change {
  table: string;
  key: string;
  row: unknown;
}

/**
 * The state file: one JSON line per changed row, appended in one write before the answer leaves, so that what
 * was answered survives kill -9 as it would in a database. A line torn by a crash is ignored on reading. The
 * file is rewritten (to a temporary name, then renamed) when it is opened and when the owner says so.
 */
export class ChangeLog {
  readonly #path: string | null;
  #lineCount = 0;

  constructor(path: string | null) {
    this.#path = path;
  }

  get lineCount(): number {
    return this.#lineCount;
  }

  /** The changes in the file, oldest first; none when there is no file. */
  read(): Change[] {
    if (this.#path === null || !existsSync(this.#path)) return [];
    const changes: Change[] = [];
    for (const line of readFileSync(this.#path, 'utf8').split('\n')) {
      if (line === '') continue;
      try {
        changes.push(JSON.parse(line) as Change);
      } catch {
        break;
      }
    }
    return changes;
  }

  append(changes: readonly Change[]): void {
    if (this.#path === null || changes.length === 0) return;
    appendFileSync(this.#path, lines(changes));
    this.#lineCount += changes.length;
  }

  rewrite(changes: readonly Change[]): void {
    if (this.#path === null) return;
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(`${this.#path}.new`, lines(changes));
    renameSync(`${this.#path}.new`, this.#path);
    this.#lineCount = changes.length;
  }
}

function lines(changes: readonly Change[]): string {
  return changes.map((change) => `${JSON.stringify(change)}\n`).join('');
}

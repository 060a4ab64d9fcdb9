import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const sizeMaxBytes = 10_000_000;

/** Where the words of one process go. The file before this one is kept as `….1`, and so is one that grows too large. */
export class LogFile {
  readonly path: string;
  #handle: number;
  #sizeBytes = 0;
  #closed = false;

  constructor(path: string) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true });
    this.#handle = this.#open();
  }

  write(text: string): void {
    if (this.#closed) return;
    if (this.#sizeBytes > sizeMaxBytes) {
      closeSync(this.#handle);
      this.#handle = this.#open();
    }
    this.#sizeBytes += writeSync(this.#handle, text);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#handle);
  }

  #open(): number {
    if (existsSync(this.path)) renameSync(this.path, `${this.path}.1`);
    this.#sizeBytes = 0;
    return openSync(this.path, 'w');
  }
}

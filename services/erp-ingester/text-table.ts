import { Column } from './column.ts';

/**
 * Texts, each kept once and named by a number from 0 on, in the order of their coming. Outside the heap of JavaScript,
 * as UTF-8 in large pieces: a million texts of twenty characters take 40 MB, and no work of the garbage collector.
 * What was added stays.
 */
export class TextTable {
  /** Number + 1 of the text that fell here, by its hash and on from there; 0 where none did. A power of two of them. */
  #slots = new Int32Array(1_024);
  /** Of each text: its hash, and where it begins. */
  readonly #hashes = new Column(Int32Array);
  readonly #starts = new Column(Uint32Array);
  readonly #pieces: Buffer[] = [];
  #end = pieceBytes;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @returns its number, -1 where it was never added. */
  find(text: string): number {
    return this.#slots[this.#slotOf(text, hashOf(text))]! - 1;
  }

  /** @returns its number, the old one where it has one. */
  add(text: string): number {
    const hash = hashOf(text);
    const slot = this.#slotOf(text, hash);
    if (this.#slots[slot] !== 0) return this.#slots[slot]! - 1;
    const number = this.#size;
    this.#hashes.set(number, hash);
    this.#starts.set(number, this.#write(text));
    this.#size += 1;
    // Never more than three quarters full: a text is found within two or three looks.
    if (4 * this.#size > 3 * this.#slots.length) this.#spread();
    else this.#slots[slot] = number + 1;
    return number;
  }

  at(number: number): string {
    const at = this.#starts.get(number);
    const piece = this.#pieces[Math.floor(at / pieceBytes)]!;
    const start = (at % pieceBytes) + lengthBytes;
    return piece.toString('utf8', start, start + piece.readUInt32LE(start - lengthBytes));
  }

  /** Where the text is, or would be put. */
  #slotOf(text: string, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot]! - 1;
      if (number < 0 || (this.#hashes.get(number) === hash && this.is(number, text))) return slot;
    }
  }

  is(number: number, text: string): boolean {
    const at = this.#starts.get(number);
    const piece = this.#pieces[Math.floor(at / pieceBytes)]!;
    const start = (at % pieceBytes) + lengthBytes;
    const end = start + piece.readUInt32LE(start - lengthBytes);
    if (end - start < text.length) return false;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return piece.toString('utf8', start, end) === text;
      if (piece[start + index] !== code) return false;
    }
    return end - start === text.length;
  }

  /** @returns where it begins: the number of the piece times its size, and the place in it. */
  #write(text: string): number {
    const sizeBytes = Buffer.byteLength(text);
    if (this.#end + lengthBytes + sizeBytes > pieceBytes) {
      // One that is too long for any piece has one of its own, in which nothing else begins.
      this.#pieces.push(Buffer.allocUnsafeSlow(Math.max(pieceBytes, lengthBytes + sizeBytes)));
      this.#end = 0;
    }
    const piece = this.#pieces.at(-1)!;
    const start = (this.#pieces.length - 1) * pieceBytes + this.#end;
    piece.writeUInt32LE(sizeBytes, this.#end);
    piece.write(text, this.#end + lengthBytes);
    this.#end += lengthBytes + sizeBytes;
    return start;
  }

  #spread(): void {
    this.#slots = new Int32Array(2 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.#size; number += 1) {
      let slot = this.#hashes.get(number) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }
}

const pieceBytes = 256 * 1024;
const lengthBytes = 4;

/** FNV-1a of the UTF-16 units, and its bits mixed: alone it leaves neighbours side by side. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

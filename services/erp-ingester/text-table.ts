import { Column } from './column.ts';

/**
 * Texts, each kept once and named by a number from 0 on, in the order of their coming. Outside the heap of JavaScript,
 * as UTF-8 in large pieces: a million texts of twenty characters take 33 MB, and no work of the garbage collector.
 * What was added stays.
 */
export class TextTable {
  /** Number + 1 of the text that fell here, by its hash and on from there, and six bits of the hash; 0 where none did. */
  #slots = new Int32Array(1_024);
  /** Of each text: where it begins. */
  readonly #starts = new Column(Uint32Array);
  readonly #pieces: Buffer[] = [];
  #end = pieceBytes;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(text: string): boolean {
    return this.find(text) >= 0;
  }

  /** @returns its number, -1 where it was never added. */
  find(text: string): number {
    return (this.#slots[this.#slotOf(text, hashOf(text))]! & numberMask) - 1;
  }

  /** @returns its number, the old one where it has one. */
  add(text: string): number {
    const hash = hashOf(text);
    const slot = this.#slotOf(text, hash);
    if (this.#slots[slot] !== 0) return (this.#slots[slot]! & numberMask) - 1;
    const number = this.#size;
    this.#starts.set(number, this.#write(text));
    this.#size += 1;
    // Never more than three quarters full: a text is found within two or three looks.
    if (4 * this.#size > 3 * this.#slots.length) this.#spread();
    else this.#slots[slot] = entryOf(number, hash);
    return number;
  }

  at(number: number): string {
    const piece = this.#open(number);
    return piece.toString('utf8', from, to);
  }

  /** Where the text is, or would be put. */
  #slotOf(text: string, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]!;
      if (entry === 0) return slot;
      // Few others get as far as to be compared.
      const isLike = ((entry ^ hash) & ~numberMask) === 0;
      if (isLike && this.is((entry & numberMask) - 1, text)) return slot;
    }
  }

  is(number: number, text: string): boolean {
    const piece = this.#open(number);
    const [start, end] = [from, to];
    if (end - start < text.length) return false;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return piece.toString('utf8', start, end) === text;
      if (piece[start + index] !== code) return false;
    }
    return end - start === text.length;
  }

  /** The piece in which it lies: from `from` to `to`. */
  #open(number: number): Buffer {
    const at = this.#starts.get(number);
    const piece = this.#pieces[Math.floor(at / pieceBytes)]!;
    from = (at % pieceBytes) + 1;
    let sizeBytes = piece[from - 1]!;
    if (sizeBytes === isLong) {
      sizeBytes = piece.readUInt32LE(from);
      from += 4;
    }
    to = from + sizeBytes;
    return piece;
  }

  /** @returns where it begins: the number of the piece times its size, and the place in it. */
  #write(text: string): number {
    const sizeBytes = Buffer.byteLength(text);
    const neededBytes = lengthBytesMax + sizeBytes;
    if (this.#end + neededBytes > pieceBytes) {
      // One that is too long for any piece has one of its own, in which nothing else begins.
      this.#pieces.push(Buffer.allocUnsafeSlow(Math.max(pieceBytes, neededBytes)));
      this.#end = 0;
    }
    const piece = this.#pieces.at(-1)!;
    const start = (this.#pieces.length - 1) * pieceBytes + this.#end;
    if (sizeBytes < isLong) this.#end = piece.writeUInt8(sizeBytes, this.#end);
    else this.#end = piece.writeUInt32LE(sizeBytes, piece.writeUInt8(isLong, this.#end));
    this.#end += piece.write(text, this.#end);
    return start;
  }

  #spread(): void {
    this.#slots = new Int32Array(2 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.#size; number += 1) {
      const hash = this.#hashOf(number);
      let slot = hash & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = entryOf(number, hash);
    }
  }

  /** Made again from its bytes: four kept for each text would be a seventh of all that it takes. */
  #hashOf(number: number): number {
    const piece = this.#open(number);
    let hash = offsetBasis;
    for (let at = from; at < to; at += 1) {
      const code = piece[at]!;
      if (code >= 0x80) return hashOf(piece.toString('utf8', from, to));
      hash = Math.imul(hash ^ code, prime);
    }
    return mixed(hash);
  }
}

const pieceBytes = 256 * 1024;
/** In place of a length of one byte: four more have it. */
const isLong = 0xff;
const lengthBytesMax = 5;
/** Of an entry that part which is the number: more texts than any memory of ours holds. */
const numberMask = (1 << 26) - 1;

/** Of the text that was opened last. */
let from = 0;
let to = 0;

function entryOf(number: number, hash: number): number {
  return (number + 1) | (hash & ~numberMask);
}

const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/** FNV-1a of the UTF-16 units, and its bits mixed: alone it leaves neighbours side by side. */
export function hashOf(text: string): number {
  let hash = offsetBasis;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), prime);
  return mixed(hash);
}

function mixed(sum: number): number {
  let hash = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** What is shorter is written faster letter by letter than by a call out of JavaScript. */
const shortText = 64;
const usualLengthBytes = 2;

/** Writes to one place, which grows as needed, and is used again: what is written is copied out once, at its end. */
export class ByteWriter {
  #place = Buffer.allocUnsafeSlow(16 * 1024);
  #end = 0;

  /** How much has been written. */
  get end(): number {
    return this.#end;
  }

  clear(): void {
    this.#end = 0;
  }

  copy(): Buffer {
    return Buffer.from(this.#place.subarray(0, this.#end));
  }

  /** Holds only until more is written. */
  since(at: number): Buffer {
    return this.#place.subarray(at, this.#end);
  }

  int8(value: number): void {
    this.#makeRoom(1);
    this.#end = this.#place.writeInt8(value, this.#end);
  }

  int16(value: number): void {
    this.#makeRoom(2);
    this.#end = this.#place.writeInt16BE(value, this.#end);
  }

  int32(value: number): void {
    this.#makeRoom(4);
    this.#end = this.#place.writeInt32BE(value, this.#end);
  }

  int64(value: number): void {
    this.int32(Math.floor(value / 2 ** 32));
    this.int32(value | 0);
  }

  /** Leaves room for a number that is known later. Returns where. */
  skip(bytes: number): number {
    this.#makeRoom(bytes);
    const at = this.#end;
    this.#end += bytes;
    return at;
  }

  int32At(at: number, value: number): void {
    this.#place.writeInt32BE(value | 0, at);
  }

  /** Zigzag, seven bits a byte; from -2^31 on, below 2^31. */
  varint(value: number): void {
    this.#makeRoom(5);
    let left = ((value << 1) ^ (value >> 31)) >>> 0;
    while (left >= 0x80) {
      this.#place[this.#end++] = (left & 0x7f) | 0x80;
      left >>>= 7;
    }
    this.#place[this.#end++] = left;
  }

  /** With its length before it. */
  text(text: string): void {
    const { length } = text;
    if (length >= shortText || !this.#writeAscii(text, length)) this.bytes(Buffer.from(text));
  }

  bytes(bytes: Buffer | null): void {
    if (bytes === null) return this.varint(-1);
    this.varint(bytes.length);
    this.#put(bytes);
  }

  /** With its length before it as two bytes, as the protocol writes names of topics. */
  name(name: string): void {
    const bytes = Buffer.from(name);
    this.int16(bytes.length);
    this.#put(bytes);
  }

  /** Begins something that stands behind its length. Returns where; room is kept for two bytes, as most lengths take. */
  beginSized(): number {
    return this.skip(usualLengthBytes);
  }

  endSized(start: number): void {
    const body = start + usualLengthBytes;
    const length = this.#end - body;
    const lengthBytes = varintBytes(length);
    if (lengthBytes !== usualLengthBytes) {
      this.#makeRoom(lengthBytes);
      this.#place.copyWithin(start + lengthBytes, body, this.#end);
    }
    this.#end = start;
    this.varint(length);
    this.#end += length;
  }

  /** False, and nothing written, when it is more than ASCII. */
  #writeAscii(text: string, length: number): boolean {
    this.#makeRoom(1 + length);
    const place = this.#place;
    let at = this.#end;
    place[at++] = 2 * length;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      place[at++] = code;
    }
    this.#end = at;
    return true;
  }

  #put(bytes: Buffer): void {
    this.#makeRoom(bytes.length);
    this.#place.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  #makeRoom(bytes: number): void {
    if (this.#end + bytes <= this.#place.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.#end + bytes));
    this.#place.copy(larger, 0, 0, this.#end);
    this.#place = larger;
  }
}

/** Of a length. */
function varintBytes(length: number): number {
  let bytes = 1;
  for (let limit = 0x40; length >= limit; limit *= 0x80) bytes += 1;
  return bytes;
}

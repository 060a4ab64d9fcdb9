/**
 * Cuts the byte stream of a PostgreSQL connection into its messages: one type byte, a length of four
 * bytes that counts itself, a body. Bodies are not copied while a message lies within one chunk.
 */
export type OnFrame = (type: number, chunk: Buffer, bodyStart: number, bodyEnd: number) => void;

const headerBytes = 5;
/** The server's own limit for one message is 1 GiB; a larger number means that we lost the boundary. */
const frameBytesMax = 1024 * 1024 * 1024;

export class FrameReader {
  /** The beginning of a message whose rest has not come yet. Kept in pieces: joining each time would be quadratic. */
  #pieces: Buffer[] = [];
  #heldBytes = 0;
  #neededBytes = headerBytes;

  /** Calls `onFrame` for each message completed by this chunk, in order. */
  read(received: Buffer, onFrame: OnFrame): void {
    let chunk = received;
    if (this.#heldBytes > 0) {
      this.#pieces.push(received);
      this.#heldBytes += received.length;
      if (this.#heldBytes < this.#neededBytes) return;
      chunk = Buffer.concat(this.#pieces, this.#heldBytes);
    }
    this.#hold(chunk, cut(chunk, onFrame));
  }

  #hold(chunk: Buffer, from: number): void {
    this.#heldBytes = chunk.length - from;
    this.#pieces = this.#heldBytes > 0 ? [chunk.subarray(from)] : [];
    this.#neededBytes = this.#heldBytes < headerBytes ? headerBytes : 1 + chunk.readUInt32BE(from + 1);
  }
}

/** @returns where the first incomplete message begins. */
function cut(chunk: Buffer, onFrame: OnFrame): number {
  let start = 0;
  while (start + headerBytes <= chunk.length) {
    const lengthBytes = chunk.readUInt32BE(start + 1);
    if (lengthBytes < 4 || lengthBytes > frameBytesMax) {
      throw new RangeError(
        `a message of ${lengthBytes} bytes cannot be: the boundary between messages is lost`,
      );
    }
    const end = start + 1 + lengthBytes;
    if (end > chunk.length) break;
    onFrame(chunk[start]!, chunk, start + headerBytes, end);
    start = end;
  }
  return start;
}

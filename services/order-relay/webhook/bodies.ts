import type { IncomingMessage } from 'node:http';

/** Why a body did not come whole. */
export type BodyFault = 'too_large' | 'too_slow' | 'no_room' | 'gone';

export interface BodyLimits {
  maxBodyBytes: number;
  /** Of all bodies under way together. */
  maxBufferedBytes: number;
  /** What a request takes besides its body. */
  requestBytes: number;
  /** From the end of the headers to the end of the body. */
  bodyTimeoutMs: number;
}

/**
 * Reads bodies within a budget of memory. Where it is used up, the body that has been under way the longest gives way:
 * a delivery of a shop arrives within a packet or two and is gone again, so whoever still has not finished is the one
 * that makes the others wait.
 */
export class Bodies {
  readonly #limits: BodyLimits;
  /** In the order in which they began, which is that of their deadlines. */
  readonly #underWay = new Set<Body>();
  #bufferedBytes = 0;
  #isWatching = false;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /** Calls `done` exactly once. What comes after a fault is not kept and not listened to. */
  read(request: IncomingMessage, done: (result: Buffer | BodyFault) => void): void {
    const { maxBodyBytes, requestBytes } = this.#limits;
    const body = new Body(Number(request.headers['content-length'] ?? maxBodyBytes));
    const settle = (result: Buffer | BodyFault) => {
      if (!this.#underWay.delete(body)) return;
      this.#hold(-body.heldBytes - requestBytes);
      request.off('data', onData);
      done(result);
    };
    const onData = (chunk: Buffer) => {
      if (body.sizeBytes + chunk.length > maxBodyBytes) return settle('too_large');
      this.#hold(body.add(chunk));
    };
    body.settle = settle;
    body.dueAt = performance.now() + this.#limits.bodyTimeoutMs;
    this.#underWay.add(body);
    this.#hold(requestBytes);
    if (!this.#isWatching) this.#watch(this.#limits.bodyTimeoutMs);
    request.on('data', onData);
    request.on('end', () => settle(body.whole()));
    // The sender went away. Without a listener it would end the process.
    request.on('error', () => settle('gone'));
  }

  #hold(bytes: number): void {
    this.#bufferedBytes += bytes;
    while (this.#bufferedBytes > this.#limits.maxBufferedBytes) this.#oldest()?.settle('no_room');
  }

  #oldest(): Body | undefined {
    for (const body of this.#underWay) return body;
    return undefined;
  }

  /** One timer for all: the deadlines come in the order of the set. */
  #watch(ms: number): void {
    this.#isWatching = true;
    setTimeout(() => this.#cutSlow(), ms).unref();
  }

  #cutSlow(): void {
    let oldest = this.#oldest();
    while (oldest && oldest.dueAt <= performance.now()) {
      oldest.settle('too_slow');
      oldest = this.#oldest();
    }
    this.#isWatching = false;
    if (oldest) this.#watch(Math.ceil(oldest.dueAt - performance.now()));
  }
}

const empty = Buffer.alloc(0);

/** A body that is being read. */
class Body {
  dueAt = 0;
  settle: (result: BodyFault) => void = () => undefined;
  /** Received so far. */
  sizeBytes = 0;
  /** Of memory: more than received where room is kept for what still comes. */
  heldBytes = 0;
  readonly #expectedBytes: number;
  #buffer: Buffer = empty;

  constructor(expectedBytes: number) {
    this.#expectedBytes = expectedBytes;
  }

  /**
   * Returns how many bytes of memory more it holds now. The first chunk, mostly the whole body, is kept as it is. The
   * others are copied to one place: a buffer each would take 300 bytes for a chunk of one.
   */
  add(chunk: Buffer): number {
    const heldBefore = this.heldBytes;
    if (this.sizeBytes === 0) {
      this.#buffer = chunk;
      this.heldBytes = chunk.length;
    } else {
      if (this.#buffer.length < this.#expectedBytes) this.#makeRoom();
      chunk.copy(this.#buffer, this.sizeBytes);
    }
    this.sizeBytes += chunk.length;
    return this.heldBytes - heldBefore;
  }

  whole(): Buffer {
    return this.#buffer.subarray(0, this.sizeBytes);
  }

  #makeRoom(): void {
    const room = Buffer.allocUnsafeSlow(this.#expectedBytes);
    this.#buffer.copy(room);
    this.#buffer = room;
    this.heldBytes = room.length;
  }
}

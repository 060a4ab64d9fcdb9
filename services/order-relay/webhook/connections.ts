import type { Socket } from 'node:net';

/**
 * The open connections, `max` of them. When one more comes, the oldest that never brought a signed delivery is ended
 * for it: to refuse the new one instead would let whoever holds connections and says nothing lock everybody else out.
 */
export class Connections {
  readonly #max: number;
  readonly #onEnded: () => void;
  /** In the order in which they came. */
  readonly #unproven = new Set<Socket>();
  #open = 0;

  constructor(max: number, onEnded: () => void) {
    this.#max = max;
    this.#onEnded = onEnded;
  }

  opened(socket: Socket): void {
    this.#open += 1;
    this.#unproven.add(socket);
    socket.once('close', () => {
      this.#open -= 1;
      this.#unproven.delete(socket);
    });
    if (this.#open > this.#max) this.#endOldest();
  }

  /** A signed delivery came through it. */
  proven(socket: Socket): void {
    this.#unproven.delete(socket);
  }

  /** The new one itself when all others are proven. */
  #endOldest(): void {
    for (const socket of this.#unproven) {
      this.#unproven.delete(socket);
      this.#onEnded();
      socket.destroy();
      return;
    }
  }
}

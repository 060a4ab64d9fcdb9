/** How many nonces are remembered. Magento keeps them in a table that cron empties. */
const NONCES_MAX = 500_000;

/**
 * Nonces seen, per consumer. They live in memory only: after a restart of the sandbox an old nonce would
 * pass again, which no client does on purpose.
 */
export class Nonces {
  readonly #seen = new Set<string>();

  /** Returns false when this consumer has used the nonce before; the time stamp plays no part. */
  burn(consumerId: number, nonce: string): boolean {
    const key = `${consumerId} ${nonce}`;
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    if (this.#seen.size > NONCES_MAX) {
      for (const oldest of this.#seen) {
        this.#seen.delete(oldest);
        break;
      }
    }
    return true;
  }
}

import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { BoundedMap } from '../../../platform/bounded-map.ts';

export interface AdobeIoKeysOptions {
  /** The PEM at a path of Adobe's host. @throws when there is none. */
  fetchPem: (path: string) => Promise<string>;
  onFailure: (error: unknown) => void;
  /** Milliseconds that never go back. */
  monotonicMs: () => number;
}

export const adobeIoKeysOrigin = 'https://static.adobeioevents.com';

/** Adobe asks to keep a key for no longer. It is asked for again in good time, so that a delivery need not wait. */
const keptMs = 24 * 3_600_000;
const renewedAfterMs = keptMs / 2;
/** Whoever can reach us may name paths: only so often does one make us ask. */
const askEveryMs = 5_000;
/** Of what Adobe really has at such a path: two at a time. */
const maxKeys = 16;

/**
 * Adobe's public keys. A delivery does not wait for one, because its body would be held meanwhile, for anybody: it is told
 * to come again, as Adobe does after a minute, and the key is there by then.
 */
export class AdobeIoKeys {
  readonly #options: AdobeIoKeysOptions;
  readonly #known = new BoundedMap<string, { key: KeyObject; since: number }>(maxKeys);
  #mayAskFrom = -Infinity;

  constructor(options: AdobeIoKeysOptions) {
    this.#options = options;
  }

  at(path: string): KeyObject | null {
    const now = this.#options.monotonicMs();
    const known = this.#known.get(path);
    const ageMs = known === undefined ? Infinity : now - known.since;
    if (ageMs > renewedAfterMs && now >= this.#mayAskFrom) {
      this.#mayAskFrom = now + askEveryMs;
      void this.#ask(path);
    }
    return known !== undefined && ageMs < keptMs ? known.key : null;
  }

  async #ask(path: string): Promise<void> {
    const { fetchPem, onFailure, monotonicMs } = this.#options;
    try {
      const key = createPublicKey(await fetchPem(path));
      this.#known.set(path, { key, since: monotonicMs() });
    } catch (error) {
      onFailure(error);
    }
  }
}

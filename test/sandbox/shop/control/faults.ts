import type { Random } from '../time-and-chance.ts';

export type FaultKind =
  'status' | 'slow' | 'late' | 'cut_after' | 'cut_before' | 'maintenance' | 'retry_after';

/** How the shop misbehaves on the calls that match. */
export interface FaultRule {
  /** `path` is a regular expression over the raw path with its query, `body` one over the raw body. */
  match?: { method?: string; path?: string; body?: string };
  kind: FaultKind;
  /** For `status` (default 500) and `retry_after` (default 429). */
  status?: number;
  /**
   * For `slow`: how long the call waits before it is worked on. For `late`: how long its answer is kept back afterwards.
   * For `retry_after`: the header, in ms.
   */
  delayMs?: number;
  /** How often the rule applies before it is used up; without it, until cleared. */
  times?: number;
  /** Chance that the rule applies to a matching call; 1 without it. */
  probability?: number;
}

/** The rules in force, the first that matches a call wins. */
export class Faults {
  readonly #random: Random;
  /** Calls that a rule has met since the rules were set. */
  taken = 0;
  #rules: { rule: FaultRule; path: RegExp; body: RegExp | null; left: number }[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  set(rules: readonly FaultRule[]): void {
    this.taken = 0;
    this.#rules = rules.map((rule) => ({
      rule,
      path: new RegExp(rule.match?.path ?? ''),
      body: rule.match?.body === undefined ? null : new RegExp(rule.match.body),
      left: rule.times ?? Number.POSITIVE_INFINITY,
    }));
  }

  /** The rule for a call, counted as used; null when it may pass. */
  take(method: string, url: string, sent: Buffer): FaultRule | null {
    for (const candidate of this.#rules) {
      const { rule, path, body } = candidate;
      if (candidate.left <= 0 || (rule.match?.method ?? method) !== method) continue;
      if (!path.test(url) || body?.test(sent.toString()) === false) continue;
      if (rule.probability !== undefined && this.#random() >= rule.probability) continue;
      candidate.left -= 1;
      this.taken += 1;
      return rule;
    }
    return null;
  }
}

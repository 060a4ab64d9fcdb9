import type { Difference } from '../../../schemas/types.ts';
import { ofSelection } from '../../operations/differences/records.ts';
import type { Selection } from '../../operations/differences/records.ts';
import { helpless } from '../../operations/differences/helpless.ts';

/** Money at risk in one currency, in minor units. */
export interface AtRisk {
  currency: string;
  minor: number;
  digits: number;
}

/** What differs in one way, for one likely cause. */
export interface DifferenceGroup {
  kind: string;
  cause: string;
  why: string;
  fix: string;
  count: number;
  /** UTC milliseconds. */
  oldestAt: number;
  atRisk: AtRisk[];
  /** Read again without any help. */
  failed: number;
  /** Whether to read it again can help at all. */
  mayHelp: boolean;
}

export interface DifferencesSummary {
  total: number;
  /** False when there are more than are kept here. */
  complete: boolean;
  /** Counts up with every change. */
  version: number;
  groups: DifferenceGroup[];
}

/** About 20 MB. */
const limit = 20_000;

/** What differs now, by key on `cartage.differences`. */
export class OpenDifferences {
  readonly #instance: string;
  readonly #open = new Map<string, Difference>();
  readonly #limit: number;
  #complete = true;
  #version = 0;

  constructor(instance: string, keptMax = limit) {
    this.#instance = instance;
    this.#limit = keptMax;
  }

  take(id: string, difference: Difference | null): void {
    this.#version += 1;
    if (difference?.instance !== this.#instance) this.#open.delete(id);
    else if (this.#open.has(id) || this.#open.size < this.#limit) this.#open.set(id, difference);
    else this.#complete = false;
  }

  clear(): void {
    this.#open.clear();
    this.#complete = true;
    this.#version += 1;
  }

  /** As `cartage differences list --json`: the oldest first. */
  list(selection: Selection, most = Infinity) {
    return [...ofSelection(this.#open, selection)]
      .toSorted(([, left], [, right]) => left.firstSeenAt - right.firstSeenAt)
      .slice(0, most)
      .map(([differenceKey, one]) => ({ differenceKey, ...one }));
  }

  summary(): DifferencesSummary {
    const groups = Map.groupBy(this.#open.values(), ({ kind, cause }) => `${kind} ${cause}`);
    return {
      total: this.#open.size,
      complete: this.#complete,
      version: this.#version,
      groups: [...groups.values()]
        .map((own) => groupOf(own))
        .toSorted((one, other) => one.oldestAt - other.oldestAt),
    };
  }
}

function groupOf(own: readonly Difference[]): DifferenceGroup {
  const { kind, cause, why, fix } = own[0]!;
  const atRisk = new Map<string, AtRisk>();
  for (const { currency, valueMinor, digits } of own) {
    if (currency === null || valueMinor === null) continue;
    const sum = atRisk.get(currency) ?? { currency, minor: 0, digits: digits ?? 0 };
    atRisk.set(currency, { ...sum, minor: sum.minor + valueMinor });
  }
  return {
    kind,
    cause,
    why,
    fix,
    count: own.length,
    oldestAt: own.reduce((oldest, { firstSeenAt }) => Math.min(oldest, firstSeenAt), Infinity),
    atRisk: [...atRisk.values()],
    failed: own.filter(({ repair }) => repair === 'failed').length,
    mayHelp: !helpless.has(cause),
  };
}

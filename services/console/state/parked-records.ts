import type { Parked } from '../../../schemas/types.ts';
import { refreshTargetOf } from '../../platform/flow/request-refresh.ts';
import type { RefreshTarget } from '../../platform/flow/request-refresh.ts';
import { shellWord } from '../../platform/terminal.ts';
import { listed } from '../../operations/parked/records.ts';
import { shownText } from '../../operations/shown-text.ts';

/** One parked record as the page shows it; never its headers, never its bytes. */
export interface ParkedView extends ReturnType<typeof listed> {
  /** Key on `cartage.parked`, as `parkedKey`. */
  id: string;
  process: string;
  /** What is asked for to have it looked at again, and what to type for that; null where only the fix helps. */
  target: RefreshTarget | null;
  command: string | null;
}

export interface ParkedGroup {
  code: string;
  count: number;
  held: number;
  /** Of the newest record with this code that is known in full; where none is any more, of the one that came last. */
  fix: string;
}

export interface ParkedSummary {
  total: number;
  /** False when so many are parked that even their keys are not all kept: `total` is then the least it can be. */
  complete: boolean;
  /** Most frequent first. */
  byCode: ParkedGroup[];
  /** The newest 50, newest first. */
  newest: ParkedView[];
}

type Brief = Pick<ParkedView, 'code' | 'status'>;

const shownLimit = 200;
/** With each status, so that a hundred open pages are told within a second. */
const newestLimit = 50;

/**
 * What is parked now, by key on `cartage.parked`. The newest of each cause are known in full: where that is too many
 * together, the cause that has most keeps less of its oldest. Of those only code and status are kept, past `all` nothing;
 * what is cleared makes none of them full again, so that of a cause may be left a count and a fix alone.
 */
export class ParkedRecords {
  /** By code, then by key in the order in which they came. */
  readonly #full = new Map<string, Map<string, ParkedView>>();
  /** By code, then the status by key: of fifty thousand, an object and a text for each would be 5 MB. */
  readonly #brief = new Map<string, Map<string, Brief['status']>>();
  readonly #counts = new Map<string, Omit<ParkedGroup, 'code'>>();
  readonly #limits: { full: number; all: number };
  #fullCount = 0;
  #briefCount = 0;
  #complete = true;

  constructor(limits = { full: 4_000, all: 200_000 }) {
    this.#limits = limits;
  }

  put(id: string, process: string, parked: Parked): void {
    this.remove(id);
    const { code, status } = parked;
    const own = this.#full.get(code) ?? new Map<string, ParkedView>();
    const view = parkedView(id, process, parked);
    this.#full.set(code, own.set(id, view));
    this.#fullCount += 1;
    this.#count({ code, status }, 1, view.fix);
    if (this.#fullCount > this.#limits.full) this.#keepLess();
  }

  /** A tombstone: the record is cleared. */
  remove(id: string): boolean {
    const brief = this.#briefOf(id);
    const known = brief ?? this.#fullOf(id);
    if (known === undefined) return false;
    if (brief === undefined) this.#dropFull(known.code, id);
    else this.#dropBrief(known.code, id);
    this.#count(known, -1);
    return true;
  }

  clear(): void {
    for (const kept of [this.#full, this.#brief, this.#counts]) kept.clear();
    this.#fullCount = 0;
    this.#briefCount = 0;
    this.#complete = true;
  }

  /** The newest of a cause, or of all, as `cartage parked list --json` shows them, and what the page needs beside. */
  list(code: string | null): ParkedView[] {
    const chosen = code === null ? [...this.#full.values()] : [this.#full.get(code) ?? new Map()];
    return newestFirst(chosen).slice(0, shownLimit);
  }

  summary(): ParkedSummary {
    const newest = newestFirst([...this.#full.values()]);
    const byCode = [...this.#counts].map(([code, counts]) => {
      const fix = newestFirst([this.#full.get(code) ?? new Map()])[0]?.fix ?? counts.fix;
      return { code, ...counts, fix };
    });
    return {
      total: this.#fullCount + this.#briefCount,
      complete: this.#complete,
      byCode: byCode.toSorted((a, b) => b.count - a.count || a.code.localeCompare(b.code)),
      newest: newest.slice(0, newestLimit),
    };
  }

  #fullOf(id: string): ParkedView | undefined {
    for (const own of this.#full.values()) if (own.has(id)) return own.get(id);
    return undefined;
  }

  #briefOf(id: string): Brief | undefined {
    for (const [code, own] of this.#brief) {
      const status = own.get(id);
      if (status !== undefined) return { code, status };
    }
    return undefined;
  }

  #dropBrief(code: string, id: string): void {
    const own = this.#brief.get(code)!;
    own.delete(id);
    if (own.size === 0) this.#brief.delete(code);
    this.#briefCount -= 1;
  }

  #dropFull(code: string, id: string): void {
    const own = this.#full.get(code)!;
    own.delete(id);
    if (own.size === 0) this.#full.delete(code);
    this.#fullCount -= 1;
  }

  #keepLess(): void {
    const [code, own] = [...this.#full].reduce((most, one) => (one[1].size > most[1].size ? one : most));
    const [id, { status }] = own.entries().next().value!;
    this.#dropFull(code, id);
    if (this.#fullCount + this.#briefCount < this.#limits.all) {
      const briefs = this.#brief.get(code) ?? new Map<string, Brief['status']>();
      this.#brief.set(code, briefs.set(id, status));
      this.#briefCount += 1;
    } else {
      this.#count({ code, status }, -1);
      this.#complete = false;
    }
  }

  #count({ code, status }: Brief, by: 1 | -1, newFix?: string): void {
    const { count, held, fix } = this.#counts.get(code) ?? { count: 0, held: 0, fix: '' };
    if (count + by === 0) this.#counts.delete(code);
    else
      this.#counts.set(code, {
        count: count + by,
        held: held + (status === 'held' ? by : 0),
        fix: newFix ?? fix,
      });
  }
}

const newestFirst = (kept: readonly ReadonlyMap<string, ParkedView>[]) =>
  kept.flatMap((own) => [...own.values()]).toSorted((a, b) => b.parkedAt - a.parkedAt);

function parkedView(id: string, process: string, parked: Parked): ParkedView {
  const target = refreshTargetOf(parked);
  return {
    ...listed(id, parked),
    cause: shownText(parked.cause),
    why: parked.why === null ? null : shownText(parked.why),
    fix: shownText(parked.fix),
    id,
    process,
    target,
    command: target === null ? null : `cartage parked release ${shellWord(id)}`,
  };
}

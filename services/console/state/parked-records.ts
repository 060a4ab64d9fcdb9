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
  /** Of the newest record with this code that is known in full. */
  fix: string | null;
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

/** What is parked now, by key on `cartage.parked`. Past `fullLimit` only code and status are kept, past `limit` nothing. */
export class ParkedRecords {
  readonly #full = new Map<string, ParkedView>();
  readonly #brief = new Map<string, Brief>();
  readonly #fullLimit: number;
  readonly #limit: number;
  #complete = true;

  constructor(limits = { full: 10_000, all: 200_000 }) {
    this.#fullLimit = limits.full;
    this.#limit = limits.all;
  }

  put(id: string, process: string, parked: Parked): void {
    this.remove(id);
    if (this.#full.size < this.#fullLimit) this.#full.set(id, parkedView(id, process, parked));
    else if (this.#full.size + this.#brief.size < this.#limit)
      this.#brief.set(id, { code: parked.code, status: parked.status });
    else this.#complete = false;
  }

  /** A tombstone: the record is cleared. */
  remove(id: string): boolean {
    return this.#full.delete(id) || this.#brief.delete(id);
  }

  clear(): void {
    this.#full.clear();
    this.#brief.clear();
    this.#complete = true;
  }

  /** The newest of a cause, or of all, as `cartage parked list --json` shows them, and what the page needs beside. */
  list(code: string | null): ParkedView[] {
    const own = [...this.#full.values()].filter((one) => code === null || one.code === code);
    return own.toSorted((a, b) => b.parkedAt - a.parkedAt).slice(0, shownLimit);
  }

  summary(): ParkedSummary {
    const newest = [...this.#full.values()].toSorted((a, b) => b.parkedAt - a.parkedAt);
    const groups = new Map<string, ParkedGroup>();
    for (const { code, status, fix } of [...newest, ...this.#brief.values()] as (Brief & {
      fix?: string;
    })[]) {
      const group = groups.get(code) ?? { code, count: 0, held: 0, fix: fix ?? null };
      group.count += 1;
      if (status === 'held') group.held += 1;
      groups.set(code, group);
    }
    return {
      total: this.#full.size + this.#brief.size,
      complete: this.#complete,
      byCode: [...groups.values()].toSorted((a, b) => b.count - a.count || a.code.localeCompare(b.code)),
      newest: newest.slice(0, newestLimit),
    };
  }
}

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

import type { Parked } from '../../../schemas/types.ts';
import { refreshTargetOf } from '../../platform/flow/request-refresh.ts';
import type { RefreshTarget } from '../../platform/flow/request-refresh.ts';
import { shellWord } from '../../platform/terminal.ts';
import { shownText } from '../../operations/shown-text.ts';

/** One parked record as the page shows it; never its headers, never its bytes. */
export interface ParkedView {
  /** Key on `cartage.parked`. */
  id: string;
  process: string;
  topic: string;
  partition: number;
  offset: number;
  key: string | null;
  documentId: string | null;
  /** rejected or held. */
  status: string;
  code: string;
  /** What happened. */
  cause: string;
  /** The other side's own words. */
  why: string | null;
  fix: string;
  attempts: number;
  /** UTC milliseconds. */
  parkedAt: number;
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
  /** Newest first. */
  newest: ParkedView[];
}

type Brief = Pick<ParkedView, 'code' | 'status'>;

const shownLimit = 200;

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

  /** Undefined when it is cleared, or not known in full. */
  get(id: string): ParkedView | undefined {
    return this.#full.get(id);
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
      newest: newest.slice(0, shownLimit),
    };
  }
}

function parkedView(id: string, process: string, parked: Parked): ParkedView {
  const { topic, key } = parked;
  const target = refreshTargetOf(parked);
  return {
    id,
    process,
    topic,
    partition: parked.partition,
    offset: parked.offset,
    key,
    documentId: parked.documentId,
    status: parked.status,
    code: parked.code,
    cause: shownText(parked.cause),
    why: parked.why === null ? null : shownText(parked.why),
    fix: shownText(parked.fix),
    attempts: parked.attempts,
    parkedAt: parked.parkedAt,
    target,
    command: target === null ? null : `cartage parked release ${shellWord(id)}`,
  };
}

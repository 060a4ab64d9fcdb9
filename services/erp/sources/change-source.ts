/**
 * Where the ingester learns what has changed: the log of a PostgreSQL database (`postgres/postgres-log.ts`), topics that
 * another tool fills, an ERP that is asked again and again. The loop in `erp-ingester/` is written on this and on
 * `questions.ts` alone.
 *
 * A source may tell a change again, and tells it again when it was not acknowledged. It must never leave one out
 * without a gap. Of several processes one holds a source; the others fail with `SourceInUse` and try again.
 */
import { Unavailable } from '../../platform/errors.ts';
import type { Fault } from '../../platform/errors.ts';
import type { Fence } from '../../platform/fence.ts';
import type { Change } from './changes.ts';

/**
 * Names a moment in the source: a transaction, a version, a time. The loop hands it, unread, to the questions, whose
 * answer must contain what happened then. Source and questions agree on what it says.
 */
export type Mark = string;

/** What the cursor keeps of a source: how far everything is published, and what that belongs to. */
export interface Place {
  /** In words of the source; the loop compares none. What comes later in the source is later. */
  position: string;
  /** What keeps the source from forgetting the unread: a replication slot, a group; null where nothing does. */
  slot: string | null;
  /** Which system the positions belong to: a restored or replaced one has another. */
  systemId: string;
  /** How what is watched stood, as a digest; null where nothing can change it, or where it was not kept yet. */
  tables: string | null;
  /** How far answers may have shown the source, in words of the source: more than was read of it. Null where nothing tells. */
  seenTo?: string | null;
}

/** Changes that nobody will ever be told of. What they may concern is asked for anew. */
export interface Gap {
  /** In words, to stand behind "because". */
  reason: string;
  /**
   * Of these tables alone, as the watches name them; null: of all that is read, and positions may be lower than those
   * that readers have seen, so that the epoch rises.
   */
  tables: readonly string[] | null;
  /** What was under way as it arose: only an answer that contains it closes the gap. */
  marks?: readonly Mark[];
}

/** At most some thousand changes of one transaction, in the order of the source. */
export interface ChangePart {
  mark: Mark;
  /** Where it was committed, for traces; the larger, the later. */
  position: string;
  /** An answer whose version is at least this shows it; absent where versions say nothing of changes. */
  shownFrom?: number;
  /** Milliseconds, when it was committed. */
  occurredAt: number;
  changes: readonly Change[];
  /** With its last part: what to acknowledge when all of it is published; null before. */
  end: string | null;
}

export interface ChangeSource {
  /**
   * Takes the source for this process alone.
   * @param known of the last holder; null: nothing was ever read.
   * @param onGap awaited before anything is changed after which the gap could not be seen any more.
   * @throws {SourceInUse} another process holds it; {Unavailable} it cannot be read, or a person must act first.
   */
  open(known: Place | null, onGap: (gap: Gap) => Promise<void>): Promise<OpenSource>;
  close(): Promise<void>;
}

/** A source that this process holds, from `open` until it is lost or closed. */
export interface OpenSource {
  /** From where it is read, and how what is watched stands now; the position is that of `known` unless all is a gap. */
  readonly place: Place;
  readonly gaps: readonly Gap[];
  /**
   * It goes on in another history than that of the cursor, which shows all that stood there as the cursor was written: what
   * was published since may never have been, and is asked again. Its positions may be lower, so that the epoch rises.
   */
  readonly hasTurned?: boolean;
  /**
   * Tables of which not all changes are told, and why, until somebody mends that: what watches them is asked when they
   * are heard again.
   */
  readonly deaf: ReadonlyMap<string, Fault>;
  /** Whether it is surely still ours: what is published stands under it. */
  readonly fence: Fence;
  /** How long after another process took it a former holder may still believe to hold it. */
  readonly fenceFallsWithinMs: number;
  /** To be read once. Ends after `close()`; throws what ends it otherwise. */
  parts(): AsyncIterable<ChangePart>;
  /** Everything up to this `end`, or `idlePosition`, is published, and stands in the cursor: it may be forgotten. */
  acknowledge(position: string): void;
  /** How far nothing is missing though nothing was told; null where that is no further than acknowledged. */
  idlePosition(): string | null;
  /**
   * Until the signal fires, or the source is not ours any more.
   * @param onGaps called with what was found since, `place` and `deaf` being as of then, also when only these are others.
   * @throws Unavailable when it must be opened anew.
   */
  watch(signal: AbortSignal, onGaps: (gaps: readonly Gap[]) => void): Promise<void>;
  /** Gives it back, so that another process may take it at once. */
  close(): Promise<void>;
}

/** Somebody else reads it: nothing is wrong, this process stands by. */
export class SourceInUse extends Unavailable {}

/** Changes are gone for good, and it is known only now: opened anew, the source tells of the gap. */
export class ChangesLost extends Unavailable {}

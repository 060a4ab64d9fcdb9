/** What an owner leaves on the broker beside the committed offset, in the commit's metadata (at most 4,096 bytes). */
export interface Claim {
  /** No effect at or above this offset has been begun. */
  claimed: number;
  /** Nothing below `claimed` has an unknown outcome. */
  clean: boolean;
  /** See `Takeover`. Handed on until an owner has left cleanly, which at worst costs each of them one wait. */
  allInDoubt?: true;
  /** Records above the committed offset that are finished all the same; for whoever asks how many wait. None: left out. */
  doneAbove?: number;
  /** Which subscription wrote it: one uuid per `subscribe`. */
  by: string;
  /** Of which topic the offsets are, for a topic can be recreated under its name; null where the broker tells none. */
  topicId: string | null;
}

export interface Bounds {
  earliest: number;
  /** Offset of the next record to be published. */
  end: number;
  topicId: string | null;
}

/** What the group has stored for a partition; offset null when it never committed. */
export interface Stored {
  offset: number | null;
  metadata: string | null;
}

export interface Takeover {
  start: number;
  claimed: number;
  clean: boolean;
  /** What may be in work is not on the topic (any more): it may be of any key, also of one that comes above `claimed`. */
  allInDoubt: boolean;
  by: string | null;
  /** Where the topic ends. */
  catchUpTo: number;
  topicId: string | null;
  /** In words, when records were lost to the group before it read them. */
  gap: string | null;
}

export function writeClaim(claim: Claim): string {
  return JSON.stringify(claim);
}

/** Of what an owner left at the broker: 0 where nothing can be read there. */
export function doneAboveIn(metadata: string | null | undefined): number {
  const { doneAbove } = (metadata ? readClaim(metadata) : null) ?? {};
  return doneAbove ?? 0;
}

function readClaim(metadata: string): Claim | null {
  try {
    const { claimed, clean, by, topicId = null, ...more } = JSON.parse(metadata) as Partial<Claim>;
    if (!Number.isSafeInteger(claimed) || typeof clean !== 'boolean' || typeof by !== 'string') return null;
    const doneAbove = Number.isSafeInteger(more.doneAbove) ? { doneAbove: more.doneAbove! } : {};
    return {
      claimed: claimed!,
      clean,
      by,
      topicId,
      ...doneAbove,
      ...(more.allInDoubt && { allInDoubt: true }),
    };
  } catch {
    return null;
  }
}

/** Only where both are told can two ids differ. */
export function isAnotherTopic(topicId: string | null, before: string | null): boolean {
  return topicId !== null && before !== null && topicId !== before;
}

/**
 * Where a new owner begins and what it has to expect.
 *
 * - never committed, or so long ago that the broker forgot: at the earliest record, and perhaps all was written before.
 * - an offset that was reset because it was out of range: nothing is known, anything may have been in work.
 * - an offset without our metadata (set by an operator's tool, which needs a stopped group): nothing was in work, but
 *   what comes may have been written before.
 * - metadata that cannot be read (a newer version of Cartage?): anything up to the end may have been in work.
 * - an offset or a claim of another topic than this one: at the earliest record, and loudly, because it is a gap; what
 *   was begun for the old topic may still take effect.
 * - an offset that is no longer on the topic: at the earliest record that is, and as loudly. What was in work may be gone.
 */
export function takeOver(stored: Stored, bounds: Bounds): Takeover {
  const { offset, metadata } = stored;
  const { earliest, end, topicId } = bounds;
  const none = { clean: true, allInDoubt: false, by: null, gap: null, catchUpTo: end, topicId };
  if (offset === null && metadata === null) return { ...none, start: earliest, claimed: earliest };
  if (offset === null) {
    const gap = 'the offset was out of range, and where the group stood is not known any more';
    return { ...none, start: earliest, claimed: end, clean: false, allInDoubt: true, gap };
  }
  const left = metadata ? readClaim(metadata) : null;
  // A claim beyond the end: such records were never on this topic, also where the broker tells no ids.
  const isGone = offset > end || (left?.claimed ?? 0) > end;
  if (isGone || isAnotherTopic(topicId, left?.topicId ?? null)) {
    const gap = `the group stands at ${offset} of a topic that is no more: it was deleted and recreated, or restored from an older copy (this one ends at ${end})`;
    // What was begun for the old topic may still take effect, whatever key the new one brings, now or in a moment.
    const clean = left?.clean ?? false;
    return { ...none, start: earliest, claimed: end, clean, allInDoubt: !clean, gap };
  }
  const gap =
    offset < earliest
      ? `the group stands at ${offset}, but the topic begins at ${earliest}: ${earliest - offset} records were deleted unread`
      : null;
  const start = Math.max(offset, earliest);
  // Metadata that says nothing: whoever wrote it may have begun anything.
  const unreadable = Boolean(metadata) && left === null;
  const claimed = Math.max(start, left?.claimed ?? (unreadable ? end : start));
  const isInWorkGone = (gap !== null && Boolean(metadata)) || left?.allInDoubt === true;
  const allInDoubt = isInWorkGone && !left?.clean;
  const clean = (claimed === start && !allInDoubt) || (left?.clean ?? false);
  // Told again by us where the broker does not tell it just now, or a topic recreated meanwhile would not be noticed.
  const known = topicId ?? left?.topicId ?? null;
  return { start, claimed, clean, allInDoubt, by: left?.by ?? null, catchUpTo: end, topicId: known, gap };
}

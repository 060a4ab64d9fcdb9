/** What an owner leaves on the broker beside the committed offset, in the commit's metadata (at most 4,096 bytes). */
export interface Mark {
  /** No effect at or above this offset has been begun. */
  mark: number;
  /** Nothing below the mark has an unknown outcome. */
  clean: boolean;
  /** Which subscription wrote it: one uuid per `subscribe`. */
  by: string;
}

export interface Bounds {
  earliest: number;
  /** Offset of the next record to be published. */
  end: number;
}

/** What the group has stored for a partition; offset null when it never committed. */
export interface Stored {
  offset: number | null;
  metadata: string | null;
}

export interface Takeover {
  start: number;
  mark: number;
  clean: boolean;
  by: string | null;
  /** Where nothing tells how far the group had read: the end of the topic. Else the mark. */
  catchUpTo: number;
  /** In words, when records were lost to the group before it read them. */
  gap: string | null;
}

export function writeMark(mark: Mark): string {
  return JSON.stringify(mark);
}

function readMark(metadata: string): Mark | null {
  try {
    const { mark, clean, by } = JSON.parse(metadata) as Partial<Mark>;
    if (!Number.isSafeInteger(mark) || typeof clean !== 'boolean' || typeof by !== 'string') return null;
    return { mark: mark!, clean, by };
  } catch {
    return null;
  }
}

/**
 * Where a new owner begins and what it has to expect.
 *
 * - never committed, or so long ago that the broker forgot: at the earliest record, and perhaps all was written before.
 * - an offset that was reset because it was out of range: nothing is known, anything may have been in work.
 * - an offset without our metadata (set by an operator's tool, which needs a stopped group): nothing was in work, but
 *   what comes may have been written before.
 * - metadata that cannot be read (a newer version of Cartage?): anything up to the end may have been in work.
 * - an offset that is no longer on the topic: at the earliest record that is, and loudly, because it is a gap.
 */
export function takeOver(stored: Stored, bounds: Bounds): Takeover {
  const { offset, metadata } = stored;
  const none = { clean: true, by: null, gap: null, catchUpTo: bounds.end };
  if (offset === null && metadata === null) return { ...none, start: bounds.earliest, mark: bounds.earliest };
  if (offset === null) {
    const gap = 'the offset was out of range, and where the group stood is not known any more';
    const clean = bounds.end === bounds.earliest;
    return { ...none, start: bounds.earliest, mark: bounds.end, clean, gap };
  }
  if (offset > bounds.end) {
    const gap = `the group stands at ${offset}, behind the end of the topic (${bounds.end}): it was deleted and recreated, or restored from an older copy`;
    return { ...none, start: bounds.earliest, mark: bounds.earliest, gap };
  }
  const gap =
    offset < bounds.earliest
      ? `the group stands at ${offset}, but the topic begins at ${bounds.earliest}: ${bounds.earliest - offset} records were deleted unread`
      : null;
  const start = Math.max(offset, bounds.earliest);
  const left = metadata ? (readMark(metadata) ?? { mark: bounds.end, clean: false, by: null }) : null;
  const mark = Math.max(start, left?.mark ?? start);
  const catchUpTo = left ? mark : bounds.end;
  return { start, mark, clean: mark === start || left!.clean, by: left?.by ?? null, catchUpTo, gap };
}

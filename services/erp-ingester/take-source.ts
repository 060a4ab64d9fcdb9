import type { ChangeSource, Gap, OpenSource } from '../erp/sources/change-source.ts';
import type { SourceStream } from '../erp/sources/stream.ts';
import type { SourceCursor, SourceCursors } from './cursor.ts';
import { StreamLoad } from './stream-load.ts';
import type { Doubted } from './turn-doubt.ts';

export interface TakenSource {
  source: OpenSource;
  epoch: number;
  /** To be asked again; null: nothing is. */
  doubted?: Doubted | null;
  /** By the name of the stream. */
  loads: ReadonlyMap<string, StreamLoad>;
}

/** How far the times of records and cursor may be apart: brokers may date by their own clocks. */
const clocksApartMs = 10_000;

type Watching = Pick<SourceStream, 'name' | 'digest' | 'watches'>;

/**
 * Opens the source where the cursor stands. After a gap the streams that it concerns are to be asked anew. Where it
 * concerns all that is read, and where another history goes on, the epoch rises: positions of a restored database, or of a
 * standby that has taken over, may be lower than what readers already saw.
 * @throws what opening the source throws.
 */
export async function takeSource(
  source: ChangeSource,
  cursors: Pick<SourceCursors, 'read' | 'write'>,
  streams: readonly Watching[],
): Promise<TakenSource> {
  const known = await cursors.read();
  const loads = new Map(
    streams.map(({ name, digest }) => {
      const state = known?.streams.find((one) => one.name === name) ?? null;
      return [name, new StreamLoad(name, digest, state)];
    }),
  );
  const opened = await source.open(known, async (gap) => {
    requireAll([gap], streams, loads);
    // From here on the gap cannot be seen any more: whoever fails or dies leaves word of it.
    if (known !== null) await cursors.write({ ...known, streams: statesOf(loads) });
  });
  requireAll(opened.gaps, streams, loads);
  const isAnew = opened.gaps.some(({ tables }) => tables === null);
  const doubted =
    known !== null && opened.hasTurned
      ? { from: (known.updatedAt ?? 0) - clocksApartMs, systemId: known.systemId }
      : null;
  const epoch = (known?.epoch ?? 1) + (isAnew || doubted !== null ? 1 : 0);
  return { source: opened, epoch, doubted, loads };
}

/** For the cursor. */
export function statesOf(loads: ReadonlyMap<string, StreamLoad>): SourceCursor['streams'] {
  return [...loads.values()].map(({ state }) => state);
}

/** The streams that a gap concerns. */
export function concernedBy({ tables }: Gap, streams: readonly Watching[]): Watching[] {
  if (tables === null) return [...streams];
  return streams.filter(({ watches }) => watches.some(({ table }) => tables.includes(table)));
}

function requireAll(
  gaps: readonly Gap[],
  streams: readonly Watching[],
  loads: ReadonlyMap<string, StreamLoad>,
): void {
  for (const gap of gaps)
    for (const { name } of concernedBy(gap, streams)) {
      const load = loads.get(name)!;
      if (gap.tables === null) load.forgetMarks();
      load.demand(gap.reason, gap.marks);
    }
}

import type { ChangeSource, OpenSource } from '../erp/sources/change-source.ts';
import type { SourceCursor, SourceCursors } from './cursor.ts';

export interface TakenSource {
  source: OpenSource;
  cursor: SourceCursor;
  /** Why everything must be loaded first; null when the cursor goes on where it stopped. */
  load: string | null;
}

/**
 * Opens the source where the cursor stands. After a gap the epoch rises, because positions of a restored database may be
 * lower than what readers already saw.
 * @throws what opening the source throws.
 */
export async function takeSource(source: ChangeSource, cursors: SourceCursors): Promise<TakenSource> {
  const known = await cursors.read();
  const opened = await source.open(known, async () => {
    // From here on the gap cannot be seen any more: whoever fails or dies before the load has ended leaves word of it.
    if (known !== null) await cursors.write({ ...known, firstLoad: 'running' });
  });
  const load = opened.gaps[0]?.reason ?? loadOf(known);
  if (load === null && known !== null) return { source: opened, cursor: known, load };
  const epoch = known === null ? 1 : known.epoch + 1;
  return { source: opened, cursor: { ...opened.place, epoch, firstLoad: 'running' }, load };
}

function loadOf(known: SourceCursor | null): string | null {
  if (known === null) return 'first load';
  return known.firstLoad === 'running' ? 'the last load did not end' : null;
}

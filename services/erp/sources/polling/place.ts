import type { Place } from '../change-source.ts';
import { orderOf } from './versions.ts';
import type { RowVersion } from './versions.ts';

/** What the cursor keeps of polling: the newest version of each table (null: it was empty; left out: not known), and when all was compared last, milliseconds. */
export interface PollPosition {
  versions: Record<string, RowVersion | null>;
  comparedAt: number;
}

/** How each table stands, by its name, as digests: an altered one is read anew. */
export type TableShapes = Record<string, string>;

export const writePosition = (position: PollPosition): string => JSON.stringify(position);
export const readPosition = ({ position }: Pick<Place, 'position'>): PollPosition =>
  JSON.parse(position) as PollPosition;
export const writeShapes = (shapes: TableShapes): string => JSON.stringify(shapes);
export const readShapes = ({ tables }: Pick<Place, 'tables'>): TableShapes =>
  JSON.parse(tables ?? '{}') as TableShapes;

/** The newest rows are gone: they were deleted, or the table was restored. */
export function hasFallen(
  before: RowVersion | null | undefined,
  now: RowVersion | null | undefined,
): boolean {
  return before != null && now !== undefined && (now === null || orderOf(now) < orderOf(before));
}

import type { Filter } from './criteria.ts';

/** A column value: text compares as text, numbers as numbers, times as UTC text. */
export type Column = string | number | null;

/** Columns whose values are times; filters on them read dates the database's way. */
const TIME_COLUMN = /_at$/;

/**
 * One condition of a search (FACTS section 3): an unknown `condition_type` is silently `eq`, an offset in a
 * time is ignored, a time that cannot be read compares like the beginning of time. Letter case never matters,
 * as in the database's collation.
 */
export function matches(column: Column, filter: Filter): boolean {
  const condition = filter.condition_type.toLowerCase();
  if (condition === 'null') return column === null;
  if (condition === 'notnull') return column !== null;
  if (column === null || filter.value === null) return false;
  const value = TIME_COLUMN.test(filter.field) ? timeText(filter.value) : filter.value;
  if (condition === 'in' || condition === 'nin') {
    const found = value.split(',').some((element) => compare(column, element) === 0);
    return condition === 'in' ? found : !found;
  }
  if (condition === 'like' || condition === 'nlike')
    return like(String(column), value) === (condition === 'like');
  if (condition === 'finset') return String(column).split(',').includes(value);
  const order = compare(column, value);
  const known: Record<string, boolean> = {
    neq: order !== 0,
    gt: order > 0,
    gteq: order >= 0,
    from: order >= 0,
    lt: order < 0,
    lteq: order <= 0,
    to: order <= 0,
  };
  return known[condition] ?? order === 0;
}

export function compare(column: string | number, value: string | number): number {
  if (typeof column === 'number') {
    const number = typeof value === 'number' ? value : Number.parseFloat(value) || 0;
    return Math.sign(column - number);
  }
  const [left, right] = [column.toLowerCase(), String(value).toLowerCase()];
  return left < right ? -1 : Number(left > right);
}

/** `2026-11-23T08:08:38.5-06:00` is read as `2026-11-23 08:08:38.5`; what is no date sorts before all dates. */
function timeText(value: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2}(?:\.\d+)?))?/.exec(value.trim());
  if (match === null) return '';
  return `${match[1]} ${match[2] ?? '00:00:00'}`;
}

function like(text: string, pattern: string): boolean {
  const expression = pattern
    .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${expression}$`, 'is').test(text);
}

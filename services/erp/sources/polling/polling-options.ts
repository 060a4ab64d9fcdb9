import type { PollingSourceConfig } from '../../../platform/config/sections/erp-source.ts';
import type { SourceStream } from '../stream.ts';
import type { PolledTable } from './sql-poll-reader.ts';

/** From the configuration, tables named as the streams name them. */
export function pollingOptions(
  { tables: given, ...config }: PollingSourceConfig,
  streams: readonly Pick<SourceStream, 'watches'>[],
  nameOf = (table: string) => table,
) {
  const tables: Record<string, PolledTable> = {};
  for (const [name, columns] of Object.entries(given))
    if (columns !== 'compared') tables[nameOf(name)] = columns;
  return { ...timing(config), tables, polled: Object.keys(tables), watched: watchedBy(streams) };
}

export function timing({
  overlapMs,
  overlapCount,
  intervalMs,
  compareEveryMs,
}: Pick<PollingSourceConfig, 'overlapMs' | 'overlapCount' | 'intervalMs' | 'compareEveryMs'>) {
  return { overlap: { overlapMs, overlapCount }, intervalMs, compareEveryMs };
}

export function watchedBy(streams: readonly Pick<SourceStream, 'watches'>[]): string[] {
  return [...new Set(streams.flatMap(({ watches }) => watches.map(({ table }) => table)))];
}

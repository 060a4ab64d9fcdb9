import { shownJson, shownLine, shownLines } from '../platform/terminal.ts';

/** One JSON document on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${shownJson(value)}\n`);
}

/** Whatever stands in it, it is one line, and the terminal acts on none of it. */
export function printLine(line = ''): void {
  process.stdout.write(`${shownLine(line)}\n`);
}

/** `1 order`, `2 orders`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** On standard error, line breaks kept. */
export function printError(text: string): void {
  process.stderr.write(`${shownLines(text)}\n`);
}

/** Columns as wide as their widest cell; the last one is left ragged. */
export function printTable(heads: string[], rows: string[][]): void {
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of [heads, ...rows])
    printLine(
      row
        .map((cell, column) => (column === heads.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
        .join('  '),
    );
}

/** The first lines of many, and how many more there are. */
export function printSome(lines: readonly string[], limit: number, rest: (count: number) => string): void {
  for (const line of lines.slice(0, limit)) printLine(line);
  if (lines.length > limit) printLine(rest(lines.length - limit));
}

/**
 * Whoever reads our output may have read enough (`| head`): what is still to be said is not missed, and what is still
 * to be done is done.
 */
export function endQuietlyWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    });
}

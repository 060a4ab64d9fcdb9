import { shownLine } from '../../services/platform/terminal.ts';

/** A part did not start: which one, what it said last, what to do. */
export class StartFailure extends Error {
  readonly part: string;
  constructor(
    part: string,
    why: string,
    more: { lastLines: readonly string[]; help?: string | undefined; logFile?: string | undefined },
  ) {
    const words = lastWords(more.lastLines).map((line) => `\n    ${line}`);
    const said = words.length > 0 ? `It said last:${words.join('')}` : 'It said nothing.';
    const hints = [more.help, more.logFile && `All it said: ${more.logFile}`].filter(Boolean);
    super([`${part} did not start: ${why}.`, said, ...hints].join('\n'));
    this.name = 'StartFailure';
    this.part = part;
  }
}

const lineCharactersMax = 300;

/** What a person wants to read of the last lines: the frames of a stack trace would push the message out. */
export function lastWords(lines: readonly string[], linesMax = 12): string[] {
  return lines
    .filter((line) => !/^\s+at /.test(line))
    .slice(-linesMax)
    .map((line) => (line.length > lineCharactersMax ? `${line.slice(0, lineCharactersMax)}…` : line))
    .map(shownLine);
}

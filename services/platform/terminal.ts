/** Text of other systems on a terminal: what it holds must be seen, never obeyed. */

/**
 * What a terminal acts on instead of showing it: C0 (ESC, carriage return, line break), DEL, C1 (a bare 0x9b begins a
 * command too), line separators, and what turns the direction of writing.
 */
// oxlint-disable-next-line no-control-regex -- finding them is the point
const acting = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const hex = (character: string, digits: number) => character.charCodeAt(0).toString(16).padStart(digits, '0');

/** One line: acting characters as `\x1b`, `\u202e`. */
export function shownLine(text: string): string {
  return text.replaceAll(acting, escapeOf);
}

/** Several lines; line breaks are kept. */
export function shownLines(text: string): string {
  return text.split('\n').map(shownLine).join('\n');
}

/** A value as JSON that a terminal only shows. */
export function shownJson(value: unknown): string {
  return escapedJson(JSON.stringify(value, null, 2));
}

/** JSON text with what JSON leaves as it is, in a form that means the same. */
export function escapedJson(json: string): string {
  return json
    .split('\n')
    .map((line) => line.replaceAll(acting, (character) => `\\u${hex(character, 4)}`))
    .join('\n');
}

/**
 * One word of a command line, as it can be pasted into a shell and runs nothing else. Where a character is an acting
 * one, in the form `$'…'` of bash and zsh.
 */
export function shellWord(text: string): string {
  if (/^[\w.,:/%+=-]+$/.test(text)) return text;
  if (text.search(acting) < 0) return `'${text.replaceAll("'", `'\\''`)}'`;
  return `$'${text.replaceAll(/[\\']/g, '\\$&').replaceAll(acting, escapeOf)}'`;
}

function escapeOf(character: string): string {
  return character < '\u0080' ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`;
}

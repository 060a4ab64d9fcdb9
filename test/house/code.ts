/**
 * The code of a file without its comments and the insides of its templates, so that an import spoken of is not taken
 * for an import made. Line breaks stay: lines keep their numbers. Quoted strings stay: a specifier is one.
 *
 * A scanner rather than a parser: TypeScript 7 has no parser to call. What it cannot know is whether a slash divides
 * or opens a pattern; it goes by the character before, as the language's own grammar nearly does.
 */
export function codeOf(text: string): string {
  let out = '';
  let at = 0;
  /** Depth of braces for each `${` that is open. */
  const templates: number[] = [];
  let depth = 0;
  const skipTo = (end: number) => {
    out += text.slice(at, end).replaceAll(/[^\n]/g, ' ');
    at = end;
  };
  while (at < text.length) {
    const two = text.slice(at, at + 2);
    const one = text[at]!;
    if (two === '//') skipTo(endOf(text, '\n', at));
    else if (two === '/*') skipTo(endOf(text, '*/', at + 2) + 2);
    else if (one === '"' || one === "'") at = copy(endOfQuoted(text, at));
    else if (one === '/' && opensPattern(out)) skipTo(endOfPattern(text, at));
    else if (one === '`') enterTemplate();
    else if (one === '}' && templates.at(-1) === depth) {
      templates.pop();
      enterTemplate();
    } else {
      if (one === '{') depth += 1;
      if (one === '}') depth -= 1;
      at = copy(at + 1);
    }
  }
  return out;

  function copy(end: number): number {
    out += text.slice(at, end);
    return end;
  }

  /** From a backtick, or the brace that ends a placeholder, to the end of the template or its next placeholder. */
  function enterTemplate(): void {
    let end = at + 1;
    while (end < text.length && text[end] !== '`' && text.slice(end, end + 2) !== '${')
      end += text[end] === '\\' ? 2 : 1;
    if (text[end] === '$') {
      templates.push(depth);
      end += 1;
    }
    skipTo(Math.min(end + 1, text.length));
  }
}

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from);
  return end < 0 ? text.length : end;
}

function endOfQuoted(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && text[end] !== text[start] && text[end] !== '\n')
    end += text[end] === '\\' ? 2 : 1;
  return end + 1;
}

function opensPattern(before: string): boolean {
  return /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\breturn|\btypeof|\bcase|=>)\s*$/.test(before.slice(-40));
}

function endOfPattern(text: string, start: number): number {
  let end = start + 1;
  let inClass = false;
  while (end < text.length && text[end] !== '\n' && (inClass || text[end] !== '/')) {
    if (text[end] === '[') inClass = true;
    if (text[end] === ']') inClass = false;
    end += text[end] === '\\' ? 2 : 1;
  }
  return end + 1;
}

/** Where the functions of a file begin and end, by its braces. */
import { codeOf } from './code.ts';

export interface FunctionSpan {
  /** First line, counted from 1. */
  line: number;
  /** From the first to the last, functions inside it included. */
  lines: number;
}

interface OpenBrace {
  isFunction: boolean;
  line: number;
}

/**
 * A function that holds others (a factory) is as long as all of them: what they share is read with each. Bodies are
 * told from other braces by what stands before: `=>`, or the parentheses of its parameters.
 */
export function functionsOf(text: string): FunctionSpan[] {
  const code = codeOf(text).replaceAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, blank);
  const found: FunctionSpan[] = [];
  const open: OpenBrace[] = [];
  let line = 1;
  /** A return type that is written in braces was closed: the body's brace is still to come. */
  let returnTypeDepth: number | null = null;
  for (let index = 0; index < code.length; index += 1) {
    const character = code[index];
    if (character === '\n') line += 1;
    if (character === ';' && returnTypeDepth === open.length) returnTypeDepth = null;
    if (character === '{') {
      const before = code.slice(0, index).trimEnd();
      const kind = returnTypeDepth === open.length ? 'function' : kindOf(before);
      if (returnTypeDepth === open.length) returnTypeDepth = null;
      if (kind === 'return type') returnTypeDepth = open.length;
      open.push({ isFunction: kind === 'function', line });
    }
    if (character === '}') {
      const brace = open.pop();
      if (brace?.isFunction) found.push({ line: brace.line, lines: line - brace.line + 1 });
    }
  }
  return found;
}

function kindOf(before: string): 'function' | 'return type' | 'other' {
  const tail = before.slice(-2_000);
  if (tail.endsWith('=>')) return 'function';
  const typed = /\)\s*:\s*([^;{}=]*)$/.exec(tail);
  if (typed && /(^|[<|&,(:])\s*$/.test(typed[1]!)) return 'return type';
  const parameters = typed ? tail.slice(0, typed.index + 1) : tail;
  if (!parameters.endsWith(')')) return 'other';
  return /\b(if|for|while|switch|catch|with|await)$/.test(wordBefore(parameters)) ? 'other' : 'function';
}

/** What stands before the parenthesis that opens the last one closed. */
function wordBefore(text: string): string {
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    if (text[at] === ')') depth += 1;
    if (text[at] === '(') depth -= 1;
    if (depth === 0) return text.slice(0, at).trimEnd();
  }
  return '';
}

function blank(quoted: string): string {
  return ' '.repeat(quoted.length);
}

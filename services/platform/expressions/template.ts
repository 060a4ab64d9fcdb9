/** Trees of a recipe in which some texts are expressions. */
import { Rejected } from '../errors.ts';
import { encodeRfc3986 } from '../http/encode.ts';
import { evaluate, isExpression } from './expression.ts';
import type { Variables } from './expression.ts';

/** The tree with each expression replaced by its value; members without a value are left out, in lists they are null. */
export async function render(
  template: unknown,
  input: unknown,
  variables: Variables,
  place: string,
): Promise<unknown> {
  if (isExpression(template)) return evaluate(template, input, variables, place);
  if (Array.isArray(template))
    return Promise.all(template.map((item, index) => render(item, input, variables, `${place}.${index}`)));
  if (template === null || typeof template !== 'object') return template;
  const members = await Promise.all(
    Object.entries(template).map(
      async ([name, value]) => [name, await render(value, input, variables, `${place}.${name}`)] as const,
    ),
  );
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

/** `/orders/{$document.id}` in pieces: plain text as it is, `{…}` as an expression. Braces inside one must match. */
export function pathPieces(path: string): string[] {
  const pieces: string[] = [];
  let [from, depth] = [0, 0];
  for (let at = 0; at < path.length; at += 1) {
    if (path[at] === '{' && (depth += 1) === 1) {
      pieces.push(path.slice(from, at));
      from = at + 1;
    }
    if (path[at] === '}' && depth > 0 && (depth -= 1) === 0) {
      pieces.push(`=${path.slice(from, at)}`);
      from = at + 1;
    }
  }
  return [...pieces, path.slice(from)].filter((piece) => piece !== '');
}

/** @throws Rejected when a value cannot stand in a path: none, empty, or dots, which servers take for folders. */
export async function renderPath(path: string, variables: Variables, place: string): Promise<string> {
  const pieces = pathPieces(path).map(async (piece) => {
    if (!isExpression(piece)) return piece;
    const value = await evaluate(piece, undefined, variables, place);
    if (isScalar(value) && !/^\.{0,2}$/.test(String(value))) return encodeRfc3986(String(value));
    throw new Rejected({
      code: 'recipe.path',
      what: `{${piece.slice(1)}} of ${place} gives nothing that can stand in a path`,
      fix: 'Correct the recipe; then `cartage parked release --cause recipe.path`',
    });
  });
  return (await Promise.all(pieces)).join('');
}

/** `a=1&b=2`; what is no text becomes JSON, what has no value is left out. */
export function formText(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(textOf(value))}`)
    .join('&');
}

export const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

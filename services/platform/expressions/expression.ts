/**
 * JSONata (docs.jsonata.org), the language in which a recipe says what is taken from where. The texts come from the
 * configuration, so there are as many as stand there, and each is compiled once.
 */
import { createRequire } from 'node:module';
import type jsonata from 'jsonata';
import { Rejected, foreignText } from '../errors.ts';
import { ownFunctions } from './functions.ts';
import { freeNames } from './names.ts';

/** Variables by their names, without the `$`. */
export type Variables = Readonly<Record<string, unknown>>;

/** What JSONata throws, which is no Error. Codes: S of the syntax, T of the kinds of values, D of the values. */
export interface Complaint {
  code?: string;
  message: string;
  position?: number;
}

/** Calls within calls: an expression that calls itself for ever must end. */
const stackMax = 500;

/** Loaded with the first expression: most processes have none. */
const require = createRequire(import.meta.url);

const compiled = new Map<string, jsonata.Expression>();

/** Whether a text of a recipe is an expression: one that begins with `=`. That alone is an operator of many an ERP. */
export const isExpression = (text: unknown): text is string =>
  typeof text === 'string' && text.startsWith('=') && text !== '=';

function expressionOf(source: string): jsonata.Expression {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const make = require('jsonata') as typeof jsonata;
  const made = make(source.replace(/^=/, ''), { stack: stackMax });
  compiled.set(source, made);
  return made;
}

/** What is wrong with an expression before it meets any data; null when nothing is. */
export function expressionProblem(source: string, names: ReadonlySet<string>): string | null {
  let tree: unknown;
  try {
    tree = expressionOf(source).ast();
  } catch (error) {
    const { message, position } = error as Complaint;
    return `is no JSONata: ${message}${position === undefined ? '' : `, at character ${position}`}`;
  }
  const [unknown] = freeNames(tree).filter((name) => !names.has(name));
  if (unknown === undefined) return null;
  return `uses $${unknown}, which is not there; here are ${[...names].map((name) => `$${name}`).join(', ')}`;
}

/**
 * The value as plain JSON; undefined where there is none.
 * @param place path of the field, for messages
 * @throws Rejected: with the record at hand the expression makes no sense.
 */
export async function evaluate(
  source: string,
  input: unknown,
  variables: Variables,
  place: string,
): Promise<unknown> {
  const { value, complaint } = await attempt(source, input, variables);
  if (complaint !== undefined) throw expressionFault(complaint, place);
  return value;
}

/** Either what it gives, or what JSONata says against it. */
export async function attempt(
  source: string,
  input: unknown,
  variables: Variables,
): Promise<{ value?: unknown; complaint?: Complaint }> {
  try {
    const value: unknown = await expressionOf(source).evaluate(input, { ...ownFunctions, ...variables });
    // Its lists carry marks of their own.
    const text = JSON.stringify(value) as string | undefined;
    return { value: text === undefined ? undefined : JSON.parse(text) };
  } catch (error) {
    return { complaint: error as Complaint };
  }
}

function expressionFault({ code, message, position }: Complaint, place: string): Rejected {
  const at = position === undefined ? '' : ` at character ${position}`;
  return new Rejected({
    code: 'recipe.expression',
    what: `The expression of ${place} fails${at}${code === undefined ? '' : ` (${code})`}`,
    // It quotes the value that it could not work with.
    why: foreignText(message),
    fix: 'Correct the recipe, or what the record says; then `cartage parked release --cause recipe.expression`',
  });
}

/**
 * Tries the expressions of a recipe before an order does, on orders of nobody. Nothing is known yet of what the ERP answers:
 * what is taken from there is nothing, and most of JSONata makes nothing of nothing. So what is found here is wrong with
 * every order.
 */
import type { Recipe } from '../../platform/config/sections/recipe.ts';
import type { Problem } from '../../platform/config/secrets.ts';
import { suggestionFor } from '../../platform/config/suggest.ts';
import { attempt, isExpression } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import { pathPieces } from '../../platform/expressions/template.ts';
import { sampleOrder } from './sample-order.ts';

/** Of orders with one line, and with two. */
const [one, two] = [1, 2].map((lines) => sampleOrder(lines));

export async function trialProblems(recipe: Recipe): Promise<Problem[]> {
  const { settings, secrets, ...parts } = recipe;
  const document = Object.fromEntries(
    Object.keys(recipe.orders.document ?? {}).map((name) => [name, undefined]),
  );
  return problemsIn(parts, 'erp.recipe', { settings, secrets, document, key: 'main/default/000000042' });
}

async function problemsIn(value: unknown, path: string, variables: Variables): Promise<Problem[]> {
  if (typeof value === 'string') {
    const sources = path.endsWith('.send') ? pathPieces(value) : [value];
    const isSent = /\.(body|form|query|call)(\.|$)/.test(path);
    const found = await Promise.all(
      sources.filter(isExpression).map((source) => problemOf(source, isSent, variables)),
    );
    return found.filter((message) => message !== null).map((message) => ({ path, message }));
  }
  if (value === null || typeof value !== 'object') return [];
  const members = Object.entries(value).map(([name, child]) =>
    problemsIn(child, `${path}.${name}`, variables),
  );
  return (await Promise.all(members)).flat();
}

async function problemOf(source: string, isSent: boolean, variables: Variables): Promise<string | null> {
  const unknown: string[] = [];
  const withOrder = (order: unknown) =>
    Object.fromEntries(
      Object.entries({ ...variables, order }).map(([name, value]) => [
        name,
        watched(value, name, (problem) => unknown.push(problem)),
      ]),
    );
  const [ofOne, ofTwo] = await Promise.all([
    attempt(source, {}, withOrder(one)),
    attempt(source, {}, withOrder(two)),
  ]);
  if (unknown.length > 0) return unknown[0]!;
  const complaint = ofOne.complaint ?? ofTwo.complaint;
  // A complaint about a value is about that of the sample.
  if (complaint?.code?.startsWith('T'))
    return `makes no sense with any order: ${complaint.message} (${complaint.code})`;
  if (isSent && losesList(ofTwo.value, ofOne.value))
    return 'gives a list for an order of two lines, and none for an order of one: write $rows(list, function($item) { … })';
  return null;
}

/** Where two are a list, one is something else: what JSONata makes of a list of one. */
function losesList(ofTwo: unknown, ofOne: unknown): boolean {
  if (ofTwo === null || typeof ofTwo !== 'object' || ofOne === undefined) return false;
  if (Array.isArray(ofTwo)) return !Array.isArray(ofOne) || losesList(ofTwo[0], ofOne[0]);
  const members = ofOne as Record<string, unknown> | null;
  return Object.entries(ofTwo).some(([name, value]) => losesList(value, members?.[name]));
}

/** Members that JSONata and JavaScript ask of anything. */
const ofTheLanguage = /^(_jsonata_|then$|toJSON$|sequence$|tupleStream$)/;

/** The same tree, which tells when a member is asked for that it does not have: nothing else would say that it is misspelt. */
function watched(value: unknown, path: string, tell: (problem: string) => void): unknown {
  if (Array.isArray(value)) return value.map((one) => watched(one, path, tell));
  if (value === null || typeof value !== 'object') return value;
  // Settings may hold tables, in which what is looked up need not be there.
  const inner = (name: string, child: unknown) =>
    path === 'settings' ? child : watched(child, `${path}.${name}`, tell);
  const members = Object.fromEntries(
    Object.entries(value).map(([name, child]) => [name, inner(name, child)]),
  );
  const look = (name: string | symbol) => {
    if (typeof name === 'symbol' || Object.hasOwn(members, name) || ofTheLanguage.test(name)) return;
    const suggestion = suggestionFor(name, Object.keys(members));
    tell(`asks for $${path}.${name}, which is not there${suggestion ? `; did you mean ${suggestion}?` : ''}`);
  };
  return new Proxy(members, {
    get(target, name) {
      look(name);
      return Reflect.get(target, name) as unknown;
    },
    getOwnPropertyDescriptor(target, name) {
      look(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  });
}

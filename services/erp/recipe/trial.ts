/**
 * Tries the expressions of a recipe before an order or a customer does, on those of nobody. Nothing is known yet of what the
 * ERP answers: what is taken from there is nothing, and most of JSONata makes nothing of nothing. So what is found here is
 * wrong with every one.
 */
import type { Recipe } from '../../platform/config/sections/recipe.ts';
import type { Problem } from '../../platform/config/secrets.ts';
import { suggestionFor } from '../../platform/config/suggest.ts';
import { attempt, isExpression } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import { pathPieces } from '../../platform/expressions/template.ts';
import { sampleCustomer, sampleOrder } from './samples.ts';

/** What one section of the recipe is tried on: the same with one line (address), and with two. */
interface Tried {
  variables: Variables;
  /** Name of the variable that has lines, and its two forms. */
  name: 'order' | 'customer';
  one: unknown;
  two: unknown;
  words: { a: string; lines: string };
}

export async function trialProblems(recipe: Recipe): Promise<Problem[]> {
  const { settings, secrets, customers, ...parts } = recipe;
  const common = { settings, secrets };
  const ofOrders: Tried = {
    variables: { ...common, document: namesOf(recipe.orders.document), key: 'main/default/000000042' },
    name: 'order',
    one: sampleOrder(1),
    two: sampleOrder(2),
    words: { a: 'an order', lines: 'lines' },
  };
  const ofCustomers: Tried = {
    variables: {
      ...common,
      partner: namesOf(customers?.partner),
      key: 'main/base/42',
      website: 'base',
      email: 'sample@example.com',
    },
    name: 'customer',
    one: sampleCustomer(1),
    two: sampleCustomer(2),
    words: { a: 'a customer', lines: 'addresses' },
  };
  return [
    ...(await problemsIn(parts, 'erp.recipe', ofOrders)),
    ...(await problemsIn(customers, 'erp.recipe.customers', ofCustomers)),
  ];
}

const namesOf = (members: object = {}) =>
  Object.fromEntries(Object.keys(members).map((name) => [name, undefined]));

async function problemsIn(value: unknown, path: string, tried: Tried): Promise<Problem[]> {
  if (typeof value === 'string') {
    const sources = path.endsWith('.send') ? pathPieces(value) : [value];
    const isSent = /\.(body|form|query|call)(\.|$)/.test(path);
    const found = await Promise.all(
      sources.filter(isExpression).map((source) => problemOf(source, isSent, tried)),
    );
    return found.filter((message) => message !== null).map((message) => ({ path, message }));
  }
  if (value === null || typeof value !== 'object') return [];
  const members = Object.entries(value).map(([name, child]) => problemsIn(child, `${path}.${name}`, tried));
  return (await Promise.all(members)).flat();
}

async function problemOf(
  source: string,
  isSent: boolean,
  { variables, name: subject, one, two, words }: Tried,
): Promise<string | null> {
  const unknown: string[] = [];
  const withOne = (sample: unknown) =>
    Object.fromEntries(
      Object.entries({ ...variables, [subject]: sample }).map(([name, value]) => [
        name,
        watched(value, name, (problem) => unknown.push(problem)),
      ]),
    );
  const [ofOne, ofTwo] = await Promise.all([
    attempt(source, {}, withOne(one)),
    attempt(source, {}, withOne(two)),
  ]);
  if (unknown.length > 0) return unknown[0]!;
  const complaint = ofOne.complaint ?? ofTwo.complaint;
  // A complaint about a value is about that of the sample.
  if (complaint?.code?.startsWith('T'))
    return `makes no sense with any ${subject}: ${complaint.message} (${complaint.code})`;
  if (isSent && losesList(ofTwo.value, ofOne.value))
    return `gives a list for ${words.a} of two ${words.lines}, and none for ${words.a} of one: write $rows(list, function($item) { … })`;
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

/** What is wrong with a recipe beyond the kinds of its fields, each with its path. It may be of any shape here. */
import { expressionProblem, isExpression } from '../../expressions/expression.ts';
import { pathPieces } from '../../expressions/template.ts';
import { givenNames, listOf, scopeAt, sections, treeOf } from './recipe-scopes.ts';
import type { Section, Tree } from './recipe-scopes.ts';

export interface RecipeProblem {
  path: string[];
  message: string;
}

export function recipeProblems(given: unknown): RecipeProblem[] {
  const recipe = treeOf(given);
  return [
    ...expressionProblems(recipe, [], (path) => scopeAt(path, recipe)),
    ...callProblems(recipe, treeOf(recipe.request)),
    ...sections.flatMap((section) => [
      ...needProblems(section, treeOf(recipe[section]), 'needs'),
      ...needProblems(section, treeOf(recipe[section]), 'parts'),
    ]),
    ...documentProblems(treeOf(recipe.orders)),
    ...listOf(treeOf(recipe.orders).change).flatMap((rule, index) =>
      partProblems('orders', treeOf(rule), ['change', String(index)]),
    ),
    ...partProblems('customers', treeOf(treeOf(recipe.customers).erase), ['erase']),
    ...partnerProblems(treeOf(recipe.customers)),
  ];
}

/** Of every text in the tree that begins with `=`, and of what stands in the braces of a path. */
export function expressionProblems(
  value: unknown,
  path: string[],
  scope: (path: readonly string[]) => ReadonlySet<string>,
): RecipeProblem[] {
  // Values of these are no expressions, whatever they begin with.
  if (path[0] === 'secrets' || path[0] === 'settings') return [];
  if (typeof value === 'string') {
    const sources =
      path.at(-1) === 'send' ? pathPieces(value).filter(isExpression) : [value].filter(isExpression);
    const problems = sources.map((source) => expressionProblem(source, scope(path)));
    return problems.filter((problem) => problem !== null).map((message) => ({ path, message }));
  }
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, child]) => expressionProblems(child, [...path, name], scope));
}

/** Where calls stand: wherever one of their fields does. */
function callProblems(recipe: Tree, frame: Tree, path: string[] = []): RecipeProblem[] {
  const problem = isCall(recipe, path) ? wrongCall(recipe, frame) : null;
  return [
    ...(problem === null ? [] : [{ path, message: problem }]),
    ...Object.entries(recipe).flatMap(([name, child]) => {
      if (['settings', 'secrets', 'request', 'body', 'form', 'query', 'call'].includes(name)) return [];
      if (!Array.isArray(child)) return callProblems(treeOf(child), frame, [...path, name]);
      return child.flatMap((one, index) => callProblems(treeOf(one), frame, [...path, name, String(index)]));
    }),
  ];
}

const callPlaces =
  /^(session\.open|checks\.\d+|(orders|customers)\.(lookup\.\d+|read|create|update|(needs|parts|erase\.parts|change\.\d+\.parts)\.\d+\.(find|orFind\.\d+|make|write)|(advance|change\.\d+|erase)\.steps\.\d+))$|\.by$/;

const isCall = (tree: Tree, path: readonly string[]) =>
  callPlaces.test(path.join('.')) && Object.keys(tree).length > 0;

/** Of one call in this frame. */
export function wrongCall({ send, body, form, call }: Tree, frame: Tree): string | null {
  if (send === undefined && frame.send === undefined)
    return 'needs send: a method and a path, such as GET /orders';
  if (call !== undefined && frame.body === undefined)
    return 'has call, and request.body says nothing of $call';
  if ([body, form, call].filter((one) => one !== undefined).length > 1)
    return 'takes one of body, form and call';
  const path = typeof send === 'string' ? pathPieces(send.replace(/^\w+ /, '')) : [];
  return path.some((piece) => !isExpression(piece) && /\s/.test(piece))
    ? 'has a space in its path: write %20'
    : null;
}

function needProblems(section: Section, own: Tree, list: 'needs' | 'parts'): RecipeProblem[] {
  const others = list === 'parts' ? listOf(own.needs).map((need) => treeOf(need).name) : [];
  return listOf(own[list]).flatMap((need, index) => {
    const { name, find, value } = treeOf(need);
    const path = [section, list, String(index)];
    const names = [
      ...others,
      ...listOf(own[list])
        .slice(0, index)
        .map((one) => treeOf(one).name),
    ];
    return [
      ...((find === undefined) === (value === undefined)
        ? [{ path, message: 'needs either find or value' }]
        : []),
      ...(givenNames(section).includes(String(name)) || names.includes(name)
        ? [{ path: [...path, 'name'], message: `is taken: ${String(name)} is another variable already` }]
        : []),
    ];
  });
}

/** Of a list of parts that stands deeper in its section. */
function partProblems(section: Section, own: Tree, at: readonly string[]): RecipeProblem[] {
  return needProblems(section, own, 'parts').map(({ path: [, ...path], message }) => ({
    path: [section, ...at, ...path],
    message,
  }));
}

/** By these a customer's partner is known. */
const ofPartners = {
  id: "the ERP's own id of a partner",
  key: 'the key of the customer it belongs to',
  email: 'its e-mail',
};

function partnerProblems({ partner, erase }: Tree): RecipeProblem[] {
  if (partner === undefined) return [];
  const path = (name: string) => ['customers', 'partner', name];
  const missing = Object.entries(ofPartners).filter(([name]) => treeOf(partner)[name] === undefined);
  const problems = missing.map(([name, what]) => ({ path: path(name), message: `is required: ${what}` }));
  const asksForState = statesOf(treeOf(erase)).some((states) => listOf(states).some((one) => one !== 'gone'));
  return asksForState && treeOf(partner).state === undefined
    ? [...problems, { path: path('state'), message: 'is required where states are listed' }]
    : problems;
}

function documentProblems(orders: Tree): RecipeProblem[] {
  const { id, state } = treeOf(orders.document);
  const ways = [treeOf(orders.advance), ...listOf(orders.change).map(treeOf)];
  const asksForState = [orders.canceled, ...ways.flatMap(statesOf)].some(
    (states) => listOf(states).length > 0,
  );
  const problems: RecipeProblem[] = [];
  if (orders.document !== undefined && id === undefined)
    problems.push({
      path: ['orders', 'document', 'id'],
      message: "is required: the ERP's own id of a document",
    });
  if (asksForState && state === undefined)
    problems.push({ path: ['orders', 'document', 'state'], message: 'is required where states are listed' });
  if (listOf(orders.parts).length > 0 && orders.advance === undefined)
    problems.push({
      path: ['orders', 'advance'],
      message: 'is required with parts: without a state that says finished nobody sees that one is missing',
    });
  return problems;
}

function statesOf({ done, steps }: Tree): unknown[] {
  return [done, ...listOf(steps).map((step) => treeOf(step).from)];
}

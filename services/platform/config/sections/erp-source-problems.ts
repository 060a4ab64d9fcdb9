/** What is wrong with what is asked over HTTP beyond the kinds of its fields, each with its path. It may be of any shape here. */
import { expressionProblem } from '../../expressions/expression.ts';
import { expressionProblems, wrongCall } from './recipe-problems.ts';
import type { RecipeProblem } from './recipe-problems.ts';
import { frameScope, treeOf } from './recipe-scopes.ts';

export const apiProblems = (api: unknown): RecipeProblem[] => [
  ...expressionProblems(treeOf(api), [], frameScope),
  ...callProblems(treeOf(treeOf(api).session).open, ['session', 'open']),
];

export const listProblems = (lists: unknown): RecipeProblem[] =>
  Object.entries(treeOf(lists)).flatMap(([name, list]) => [
    ...expressionProblems(list, [name], (path) =>
      ['id', 'version'].includes(path[1]!) ? frameScope([]) : frameScope(path).add('since').add('next'),
    ),
    ...callProblems(list, [name]),
  ]);

export const questionProblems = (questions: unknown): RecipeProblem[] => [
  ...expressionProblems(treeOf(questions), [], (path) => {
    const names = frameScope(path).add('from');
    if (path[0] === 'find') return names.add('records');
    return path[0] === 'get' ? names.add('key').add('keys') : names;
  }),
  ...['get', 'all', 'find'].flatMap((part) => callProblems(treeOf(questions)[part], [part])),
];

/** Of the stream's own `find`, over HTTP. */
export const findProblem = (find: string): string | null =>
  find.startsWith('=')
    ? expressionProblem(find, frameScope([]).add('records'))
    : 'must be an expression over $records, which begins with "="';

/** Whether the frame takes `call` cannot be seen from here: it may. */
function callProblems(call: unknown, path: string[]): RecipeProblem[] {
  const given = treeOf(call);
  if (Object.keys(given).length === 0 || given.call !== undefined) return [];
  const message = wrongCall(given, {});
  return message === null ? [] : [{ path, message }];
}

import { ownFunctions } from './functions.ts';

/** JSONata's own functions (docs.jsonata.org); a variable of another name must come from somewhere. */
const builtIn =
  'abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent ' +
  'distinct each encodeUrl encodeUrlComponent error eval exists filter floor formatBase formatInteger formatNumber ' +
  'fromMillis join keys length lookup lowercase map match max merge millis min not now number pad parseInteger power ' +
  'random reduce replace reverse round shuffle sift single sort split spread sqrt string substring substringAfter ' +
  'substringBefore sum toMillis trim type uppercase zip';

export const functionNames: ReadonlySet<string> = new Set([
  ...builtIn.split(' '),
  ...Object.keys(ownFunctions),
]);

/**
 * Names of variables that an expression uses and does not make itself, from its syntax tree. One that it makes
 * anywhere counts as made everywhere in it: what is looked for are misspelt names.
 */
export function freeNames(tree: unknown): string[] {
  const used = new Set<string>();
  const made = new Set<string>();
  visit(tree, used, made);
  return [...used].filter((name) => !made.has(name) && !functionNames.has(name));
}

function visit(node: unknown, used: Set<string>, made: Set<string>): void {
  if (node === null || typeof node !== 'object') return;
  const { type, value, focus, index, lhs } = node as Record<string, unknown>;
  // `$` is the context, `$$` the input.
  if (type === 'variable' && value !== '' && value !== '$') used.add(String(value));
  if (typeof focus === 'string') made.add(focus);
  if (typeof index === 'string') made.add(index);
  if (type === 'bind') made.add(String((lhs as { value: unknown }).value));
  if (type === 'lambda')
    for (const argument of (node as { arguments: { value: unknown }[] }).arguments)
      made.add(String(argument.value));
  for (const child of Object.values(node)) visit(child, used, made);
}

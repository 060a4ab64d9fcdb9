import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { problemsOf, unknownKey } from './problems.ts';
import { configSchema, platformSections } from './schema.ts';
import type { Config, PlatformConfig, SectionName } from './schema.ts';
import { readText } from './read-files.ts';
import type { ReadText } from './read-files.ts';
import { substitute } from './secrets.ts';
import { recipeSection } from './sections/recipe.ts';
import type { Recipe } from './sections/recipe.ts';
import type { Environment, Problem, Substitutes } from './secrets.ts';
import { problemsBetween } from './between-sections.ts';

/** Thrown with every problem at once. */
export class ConfigurationError extends Error {
  readonly problems: Problem[];
  constructor(file: string, problems: Problem[]) {
    super(
      [
        `The configuration ${file} cannot be used:`,
        ...problems.map(({ path, message }) => `  ${path || '(top)'}: ${message}`),
      ].join('\n'),
    );
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}

/**
 * Reads the sections a process needs, and no others: a process must not need the secrets of its neighbours.
 * Names of all sections are checked, the contents of the unread ones are not.
 * @param read gives the text of each file, for who judges one that is not written yet, or notes what was read
 * @throws ConfigurationError with all problems and the path of each field.
 */
export function loadConfig<Name extends SectionName>(
  file: string,
  sections: readonly Name[],
  environment: Environment,
  read: ReadText = readText,
): PlatformConfig & Pick<Config, Name> {
  const wanted = new Set<string>([...platformSections, ...sections]);
  const problems: Problem[] = [];
  const tree = parseYaml(file, read);
  includeRecipe(tree, { file, read, problems });
  if (environment.NODE_TLS_REJECT_UNAUTHORIZED === '0') problems.push(nothingVerified);
  for (const name of Object.keys(tree))
    if (!(name in configSchema.shape))
      problems.push({ path: name, message: unknownKey(name, Object.keys(configSchema.shape)) });
  const asked = Object.fromEntries(Object.entries(tree).filter(([name]) => wanted.has(name)));
  const shape = Object.fromEntries(Object.entries(configSchema.shape).filter(([name]) => wanted.has(name)));
  const parsed = parse(z.object(shape), asked, { environment, problems, read });
  if (parsed !== undefined) problems.push(...problemsBetween(parsed));
  if (problems.length > 0) throw new ConfigurationError(file, problems);
  return parsed as PlatformConfig & Pick<Config, Name>;
}

/** One section of a file that need not be whole: nothing else in it is looked at. @throws ConfigurationError with all problems. */
export function loadSection<Name extends SectionName>(
  file: string,
  name: Name,
  environment: Environment,
): Config[Name] {
  const problems: Problem[] = [];
  const schema = z.object({ [name]: configSchema.shape[name] });
  const { [name]: section } = parseYaml(file, readText);
  const parsed = parse(schema, { [name]: section }, { environment, problems });
  if (parsed === undefined || problems.length > 0) throw new ConfigurationError(file, problems);
  return parsed[name] as Config[Name];
}

/** A recipe on its own, for who writes one. @throws ConfigurationError with all problems, their paths as in the whole. */
export function loadRecipe(file: string, environment: Environment): Recipe {
  const problems: Problem[] = [];
  const schema = z.object({ erp: z.object({ recipe: recipeSection }) });
  const tree = { erp: { recipe: parseYaml(file, readText) } };
  const parsed = parse(schema, tree, { environment, problems });
  if (parsed === undefined || problems.length > 0) throw new ConfigurationError(file, problems);
  return parsed.erp.recipe;
}

/** With its variables filled in; undefined where it is not of the shape, and `problems` says why. */
function parse<Shape extends z.ZodType>(
  schema: Shape,
  tree: unknown,
  from: Substitutes,
): z.output<Shape> | undefined {
  const result = schema.safeParse(substitute(tree, from), { reportInput: true });
  if (result.success) return result.data;
  // A variable that is not set is said once, not again as an empty field.
  const { problems } = from;
  const said = new Set(problems.map((problem) => problem.path));
  const found = result.error.issues.flatMap((issue) => problemsOf(issue));
  problems.push(...found.filter((problem) => !said.has(problem.path)));
  return undefined;
}

const nothingVerified: Problem = {
  path: 'NODE_TLS_REJECT_UNAUTHORIZED',
  message:
    'is 0 in the environment: no certificate would be checked. Unset it; NODE_EXTRA_CA_CERTS names a private authority',
};

/** In place of a recipe may stand the name of its file, as seen from the configuration. */
function includeRecipe(
  { erp }: Record<string, unknown>,
  { file, read, problems }: { file: string; read: ReadText; problems: Problem[] },
): void {
  const section = erp as { recipe?: unknown } | null | undefined;
  if (typeof section?.recipe !== 'string') return;
  try {
    section.recipe = parseYaml(resolve(dirname(file), section.recipe), read);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    delete section.recipe;
    problems.push(...error.problems.map(({ message }) => ({ path: 'erp.recipe', message })));
  }
}

/** @throws ConfigurationError of the text alone: what could not be read is not missing. */
function parseYaml(file: string, read: ReadText): Record<string, unknown> {
  const refuse = (...messages: string[]) =>
    new ConfigurationError(
      file,
      messages.map((message) => ({ path: '', message })),
    );
  let text: string;
  try {
    text = read(file);
  } catch (error) {
    throw refuse(`cannot be read: ${(error as Error).message}`);
  }
  // Keys are codes of shop and ERP: 01 must not become 1, nor 1.0.
  const document = parseDocument(text, { prettyErrors: true, stringKeys: true });
  if (document.errors.length > 0) throw refuse(...document.errors.map(({ message }) => message));
  const tree: unknown = document.toJS() ?? {};
  if (typeof tree !== 'object' || Array.isArray(tree)) throw refuse('must be a map of sections');
  return tree as Record<string, unknown>;
}

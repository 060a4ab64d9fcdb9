import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { configSchema, platformSections } from './schema.ts';
import type { Config, PlatformConfig, SectionName } from './schema.ts';
import { substitute } from './secrets.ts';
import type { Environment, Problem } from './secrets.ts';
import { problemsBetween } from './between-sections.ts';
import { suggestionFor } from './suggest.ts';

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
 * @param read gives the text of the file, for who judges one that is not written yet
 * @throws ConfigurationError with all problems and the path of each field.
 */
export function loadConfig<Name extends SectionName>(
  file: string,
  sections: readonly Name[],
  environment: Environment,
  read = (path: string) => readFileSync(path, 'utf8'),
): PlatformConfig & Pick<Config, Name> {
  const wanted = new Set<string>([...platformSections, ...sections]);
  const problems: Problem[] = [];
  const tree = parseYaml(file, read, problems);
  if (environment.NODE_TLS_REJECT_UNAUTHORIZED === '0') problems.push(nothingVerified);
  for (const name of Object.keys(tree))
    if (!(name in configSchema.shape))
      problems.push({ path: name, message: unknownKey(name, Object.keys(configSchema.shape)) });
  const asked = Object.fromEntries(Object.entries(tree).filter(([name]) => wanted.has(name)));
  const filled = substitute(asked, environment, problems);
  const shape = Object.fromEntries(Object.entries(configSchema.shape).filter(([name]) => wanted.has(name)));
  const result = z.object(shape).safeParse(filled);
  // A variable that is not set is said once, not again as an empty field.
  const said = new Set(problems.map((problem) => problem.path));
  if (!result.success)
    problems.push(
      ...result.error.issues
        .flatMap((issue) => problemsOf(issue))
        .filter((problem) => !said.has(problem.path)),
    );
  if (result.success) problems.push(...problemsBetween(result.data));
  if (problems.length > 0) throw new ConfigurationError(file, problems);
  return result.data as PlatformConfig & Pick<Config, Name>;
}

const nothingVerified: Problem = {
  path: 'NODE_TLS_REJECT_UNAUTHORIZED',
  message:
    'is 0 in the environment: no certificate would be checked. Unset it; NODE_EXTRA_CA_CERTS names a private authority',
};

function parseYaml(
  file: string,
  read: (path: string) => string,
  problems: Problem[],
): Record<string, unknown> {
  let text: string;
  try {
    text = read(file);
  } catch (error) {
    throw new ConfigurationError(file, [
      { path: '', message: `cannot be read: ${(error as Error).message}` },
    ]);
  }
  // Keys are codes of shop and ERP: 01 must not become 1, nor 1.0.
  const document = parseDocument(text, { prettyErrors: true, stringKeys: true });
  for (const error of document.errors) problems.push({ path: '', message: error.message });
  const tree: unknown = document.errors.length > 0 ? {} : document.toJS();
  if (tree !== null && typeof tree === 'object' && !Array.isArray(tree))
    return tree as Record<string, unknown>;
  problems.push({ path: '', message: 'must be a map of sections' });
  return {};
}

function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: path === '' ? key : `${path}.${key}`,
      message: unknownKey(key, knownKeysAt(issue.path)),
    }));
  if (issue.code === 'invalid_type' && issue.input === undefined) return [{ path, message: 'is required' }];
  return [{ path, message: issue.message }];
}

function unknownKey(key: string, known: string[]): string {
  const suggestion = suggestionFor(key, known);
  return `is not known${suggestion ? `; did you mean ${suggestion}?` : `; known here: ${known.join(', ')}`}`;
}

/** Names that may stand at a path of the configuration; empty where any name may. */
function knownKeysAt(path: PropertyKey[]): string[] {
  let schema: unknown = configSchema;
  for (const step of path) schema = childOf(unwrapped(schema), step);
  const object = unwrapped(schema);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

function childOf(schema: unknown, step: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return (schema.shape as Record<PropertyKey, unknown>)[step];
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  return undefined;
}

function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
    return unwrapped(schema.unwrap());
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  return schema;
}

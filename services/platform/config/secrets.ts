import { readText } from './read-files.ts';
import type { ReadText } from './read-files.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A problem with the configuration: where, and what to do about it. */
export interface Problem {
  /** Path of the field, e.g. `magento.credentials.accessToken`. */
  path: string;
  message: string;
}

/** Where values come from, and where it is said that one is missing. */
export interface Substitutes {
  environment: Environment;
  problems: Problem[];
  read?: ReadText;
}

const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/**
 * Replaces `${NAME}` and `${NAME:-default}` in every text of the tree. The value comes from the variable NAME, or,
 * when NAME_FILE is set, from that file (a mounted secret; a trailing line break is dropped).
 */
export function substitute(tree: unknown, from: Substitutes, path = ''): unknown {
  if (typeof tree === 'string') return substituteText(tree, from, path);
  if (Array.isArray(tree))
    return tree.map((item, index) => substitute(item, from, join(path, String(index))));
  if (tree !== null && typeof tree === 'object')
    return Object.fromEntries(
      Object.entries(tree).map(([name, value]) => [name, substitute(value, from, join(path, name))]),
    );
  return tree;
}

function substituteText(text: string, from: Substitutes, path: string): string {
  return text.replace(reference, (_whole, name: string, fallback: string | undefined) => {
    const value = lookUp(name, from, path, fallback !== undefined);
    if (value !== null && value !== '') return value;
    if (fallback !== undefined) return fallback;
    if (value === null)
      from.problems.push({
        path,
        message: `the variable ${name} is not set: set it, or ${name}_FILE to a file that holds it`,
      });
    return '';
  });
}

/** Where it has a default its file need not be there: a Secret may hold it later. */
function lookUp(
  name: string,
  { environment, problems, read = readText }: Substitutes,
  path: string,
  hasDefault: boolean,
): string | null {
  const file = environment[`${name}_FILE`];
  if (file === undefined) return environment[name] ?? null;
  try {
    return read(file).replace(/\r?\n$/, '');
  } catch (error) {
    if (hasDefault && (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    problems.push({
      path,
      message: `${name}_FILE names ${file}, which cannot be read: ${(error as Error).message}`,
    });
    return '';
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

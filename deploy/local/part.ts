import type { RunningProcess } from './process.ts';

/** One thing that is started: a program of others, a sandbox, one of our processes, or a task that ends by itself. */
export interface Part {
  /** Unique; also the name of its log file. */
  name: string;
  /** What people call it. */
  title: string;
  /** Names of the parts that must be ready before; they stand earlier in the list. */
  needs: readonly string[];
  /** A task: there is nothing of it to stop. */
  endsByItself?: true;
  /** How often in a row it is started again when it dies; left out: without end. */
  restartsMax?: number;
  /** Resolves when it is ready, for a task when it has ended well. Called again for a restart. */
  start(): Promise<RunningPart>;
}

export interface RunningPart {
  /** Where people or programs find it. */
  address?: string;
  /** Left out for what is not a process of ours any more: a task, a database of the user's own. */
  process?: RunningProcess;
  stop(): Promise<void>;
}

/**
 * The parts of these names and what they need, in the same order; all when no names are given.
 * @throws when there is no part of a name.
 */
export function onlyNeeded(parts: readonly Part[], names: readonly string[] | undefined): Part[] {
  if (names === undefined) return [...parts];
  const unknown = names.find((name) => !parts.some((part) => part.name === name));
  if (unknown !== undefined) {
    throw new Error(`There is no part "${unknown}". There are: ${parts.map(({ name }) => name).join(', ')}.`);
  }
  const needed = new Set(names);
  // What a part needs stands before it, so once from the end finds all.
  for (const part of parts.toReversed())
    if (needed.has(part.name)) for (const name of part.needs) needed.add(name);
  return parts.filter(({ name }) => needed.has(name));
}

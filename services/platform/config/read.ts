import { existsSync } from 'node:fs';
import { shownLines } from '../terminal.ts';
import { loadConfig, loadRecipe, loadSection } from './load.ts';
import { ReadFiles, readText } from './read-files.ts';
import type { ReadText } from './read-files.ts';
import type { Recipe } from './sections/recipe.ts';
import type { Config, PlatformConfig, SectionName } from './schema.ts';

/** Where the configuration lies when nothing else is said. */
export const defaultConfigFile = '/etc/cartage/cartage.yaml';

const howToName = `No other was named: CARTAGE_CONFIG names one, to a command also --config FILE. \`npm run cartage\` finds
what \`npm start\` runs on this machine, while it runs.`;

/** How long a changed secret may go unnoticed. */
const rereadMs = 5_000;

type Read<Name extends SectionName> = PlatformConfig & Pick<Config, Name>;

/** What a process reads of the configuration, and the only way to secrets that change while it runs. */
export class Configuration<Name extends SectionName> {
  /** As it was at the start: all but secrets is taken from here. */
  readonly config: Read<Name>;
  /** Path of the YAML. */
  readonly file: string;
  readonly #load: (read: ReadText) => Read<Name>;
  readonly #now: () => number;
  #current: Read<Name>;
  #readAt: number;
  /** What was read last, whether it was of use or not. */
  #files = new ReadFiles();
  /** What was reported last, while it still holds. */
  #problem: string | null = null;
  #report: (problem: string) => void = () => undefined;

  /** @throws ConfigurationError */
  constructor(file: string, load: (read: ReadText) => Read<Name>, now = () => performance.now()) {
    this.file = file;
    this.#load = load;
    this.#now = now;
    this.config = load(this.#files.read);
    this.#current = this.config;
    this.#readAt = now();
  }

  /** Is told of a configuration that cannot be read again. The one in use stays in use. */
  reportTo(report: (problem: string) => void): void {
    this.#report = report;
  }

  /** The text of the file as it is now; null while there is none, as between two symbolic links. */
  text(): string | null {
    try {
      return readText(this.file);
    } catch {
      return null;
    }
  }

  /** As it is now, secrets included. The same object as long as nothing in it changes. */
  current(): Read<Name> {
    if (this.#now() - this.#readAt < rereadMs) return this.#current;
    this.#readAt = this.#now();
    if (this.#files.areUnchanged()) return this.#current;
    this.#files = new ReadFiles();
    try {
      const read = this.#load(this.#files.read);
      if (JSON.stringify(read) !== JSON.stringify(this.#current)) this.#current = read;
      this.#problem = null;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== this.#problem) this.#report(problem);
      this.#problem = problem;
    }
    return this.#current;
  }
}

/**
 * Reads the file that CARTAGE_CONFIG names. Called by main.ts before anything starts: with a problem in it, all
 * problems are printed and the process ends with code 1.
 */
export function readConfiguration<Name extends SectionName>(
  sections: readonly Name[],
  file: string = configFile(),
): Configuration<Name> {
  const hint = () => (file === defaultConfigFile && !existsSync(file) ? `\n${howToName}` : '');
  return orSayAndExit(
    () => new Configuration(file, (read) => loadConfig(file, sections, process.env, read)),
    hint,
  );
}

/** One section of a file that need not be whole; with a problem in it, all problems are printed and the process ends with code 1. */
export function readSection<Name extends SectionName>(name: Name, file: string): Config[Name] {
  return orSayAndExit(() => loadSection(file, name, process.env));
}

/** A recipe on its own; with a problem in it, all problems are printed and the process ends with code 1. */
export function readRecipe(file: string): Recipe {
  return orSayAndExit(() => loadRecipe(file, process.env));
}

function orSayAndExit<Result>(read: () => Result, hint = () => ''): Result {
  try {
    return read();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${shownLines(`${said}${hint()}`)}\n`);
    return process.exit(1);
  }
}

export function configFile(): string {
  return process.env.CARTAGE_CONFIG ?? defaultConfigFile;
}

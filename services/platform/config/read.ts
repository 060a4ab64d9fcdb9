import { loadConfig } from './load.ts';
import type { Config, PlatformConfig, SectionName } from './schema.ts';

/** Where the configuration lies when nothing else is said. */
export const defaultConfigFile = '/etc/cartage/cartage.yaml';

/** A process's configuration, and a way to read it again: secrets change while a process runs (R12). */
export interface Configuration<Name extends SectionName> {
  config: PlatformConfig & Pick<Config, Name>;
  reload(): PlatformConfig & Pick<Config, Name>;
}

/**
 * Reads the file that CARTAGE_CONFIG names. Called by main.ts before anything starts: with a problem in it, all
 * problems are printed and the process ends with code 1.
 */
export function readConfiguration<Name extends SectionName>(
  sections: readonly Name[],
  file: string = configFile(),
): Configuration<Name> {
  const load = () => loadConfig(file, sections, process.env);
  try {
    return { config: load(), reload: load };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return process.exit(1);
  }
}

export function configFile(): string {
  return process.env.CARTAGE_CONFIG ?? defaultConfigFile;
}

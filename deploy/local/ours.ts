import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './install/places.mjs';

/** Not a process that goes on: it is run when needed. */
const commandLine = 'cli';

/** The names of Cartage's own processes: every folder under services/ with a main.ts (design.md, section 1). */
export function ourProcesses(services = join(projectFolder, 'services')): string[] {
  return readdirSync(services)
    .filter((name) => name !== commandLine && existsSync(join(services, name, 'main.ts')))
    .toSorted();
}

export const mainOf = (name: string): string => join(projectFolder, 'services', name, 'main.ts');

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import type { SectionName } from '../../services/platform/config/schema.ts';
import { processes as table } from '../../services/platform/processes.ts';

const services = join(projectFolder, 'services');

/** Every process that goes on for ever: the command line is none. */
export function processes(): string[] {
  return table.map(({ name }) => name).toSorted();
}

/** The sections of the configuration that a process reads, by its main.ts. */
export function sectionsOf(name: string): SectionName[] {
  const main = readFileSync(join(services, name, 'main.ts'), 'utf8');
  const list = /readConfiguration\(\s*\[([^\]]*)\]/.exec(main);
  if (!list) throw new Error(`services/${name}/main.ts does not call readConfiguration([...])`);
  return [...list[1]!.matchAll(/'([^']+)'/g)].map((match) => match[1] as SectionName);
}

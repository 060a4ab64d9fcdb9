/** Loads every module of Cartage, runs none of its processes, and ends: what Node has compiled of them is kept then. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../deploy/local/install/places.mjs';

const notLoaded = /(\.test\.ts|\.d\.ts|\/main\.ts|\/testing\/.*)$/;
for (const path of globSync('services/**/*.ts', { cwd: projectFolder }))
  if (!notLoaded.test(path)) await import(join(projectFolder, path));
process.exit(0);

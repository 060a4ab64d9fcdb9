/**
 * Loads every module of Cartage and ends before any of its processes has begun: what Node has compiled of them is kept
 * then. The entries come last and all in one turn, since each begins in the next one.
 */
import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectFolder } from '../../deploy/local/install/places.mjs';

const require = createRequire(import.meta.url);
const paths = globSync('services/**/*.ts', { cwd: projectFolder }).filter(
  (path) => !/(\.test\.ts|\.d\.ts|\/testing\/.*|^services\/cli\/main\.ts)$/.test(path),
);
const isEntry = (path: string) => path.endsWith('/main.ts');
for (const path of paths) if (!isEntry(path)) await import(join(projectFolder, path));
for (const path of paths) if (isEntry(path)) require(join(projectFolder, path));
process.exit(0);

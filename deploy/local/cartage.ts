/** `npm run cartage`: the command line, for what `npm start` runs here or for a configuration that is named. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adoptEnvironment } from './environment-file.ts';
import { stateFolder } from './install/places.mjs';

const file = join(stateFolder, 'run', 'environment');
if (existsSync(file)) adoptEnvironment(readFileSync(file, 'utf8'), process.env, process.argv.slice(2));
await import('../../services/cli/main.ts');

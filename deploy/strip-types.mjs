/**
 * `node deploy/strip-types.mjs FOLDER…`: makes JavaScript of the TypeScript in these folders, in place, as Node does it by
 * itself whenever it loads a file. Done once, as the image is built: a process would have to load a compiler for it, which
 * takes 25 MB for as long as it runs. Lines and columns stay what they are.
 */
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';

/** A file of ours that is imported: by its name, at its end. */
const imported = /\b((?:from|import)\s*\(?\s*'\.{1,2}\/[^'\n]*)\.ts'/g;

for (const folder of process.argv.slice(2))
  for (const file of readdirSync(folder, { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    const path = join(folder, file);
    const code = readFileSync(path, 'utf8');
    rmSync(path);
    if (file.endsWith('.d.ts')) continue;
    const name = path.replace(/\.ts$/, '.js');
    writeFileSync(name, stripTypeScriptTypes(code).replaceAll(imported, "$1.js'"));
  }

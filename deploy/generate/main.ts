/**
 * `npm run generate`: writes all that is made: from the contracts (schemas/generate.ts, which takes `--publish`), and
 * from the tables of processes and topics (made-files.ts). With `--check`, nothing is written, and stale files are an
 * error. `--instance NAME` makes what names groups and principals for a shop instance of another name than `main`, for a
 * copy of this project that serves it: nothing else is written then.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { generate as generateContracts } from '../../schemas/generate.ts';
import { processes } from '../../services/platform/processes.ts';
import { projectFolder } from '../local/install/places.mjs';
import { instanceFiles, madeFiles, type MadeFile } from './made-files.ts';

/** What is stale, in words; empty when all is fresh. */
export function staleFiles(): string[] {
  return madeFiles()
    .filter(
      ({ path, text }) => !existsSync(inProject(path)) || readFileSync(inProject(path), 'utf8') !== text,
    )
    .map(({ path }) => `${path} does not fit the tables it is made from: run \`npm run generate\``);
}

function write(files: readonly MadeFile[]): void {
  for (const { path, text } of files) {
    mkdirSync(dirname(inProject(path)), { recursive: true });
    writeFileSync(inProject(path), text);
  }
}

const inProject = (path: string): string => join(projectFolder, path);

function main(): void {
  const { values } = parseArgs({
    options: {
      check: { type: 'boolean', default: false },
      publish: { type: 'boolean', default: false },
      instance: { type: 'string' },
    },
  });
  if (values.instance !== undefined) return write(instanceFiles(processes, values.instance));

  const contractsFit = generateContracts(values);
  const stale = values.check ? staleFiles() : [];
  for (const line of stale) console.error(line);
  if (!values.check) write(madeFiles());
  process.exitCode = contractsFit && stale.length === 0 ? 0 : 1;
}

if (import.meta.main) main();

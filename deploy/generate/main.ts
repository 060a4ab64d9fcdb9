/**
 * `npm run generate`: writes all that is made: from the contracts (schemas/generate.ts, which takes `--publish`), and
 * from the tables of processes and topics (made-files.ts). With `--check`, nothing is written, and stale files are an
 * error. `--users INSTANCE` and `--acls INSTANCE` print the Kafka principals of a shop instance of another name.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { generate as generateContracts } from '../../schemas/generate.ts';
import { processes } from '../../services/platform/processes.ts';
import { projectFolder } from '../local/install/places.mjs';
import { madeFiles } from './made-files.ts';
import { aclScript, kafkaUsers } from './principals.ts';

/** What is stale, in words; empty when all is fresh. */
export function staleFiles(): string[] {
  return madeFiles()
    .filter(
      ({ path, text }) => !existsSync(inProject(path)) || readFileSync(inProject(path), 'utf8') !== text,
    )
    .map(({ path }) => `${path} does not fit the tables it is made from: run \`npm run generate\``);
}

const inProject = (path: string): string => join(projectFolder, path);

function main(): void {
  const { values } = parseArgs({
    options: {
      check: { type: 'boolean', default: false },
      publish: { type: 'boolean', default: false },
      users: { type: 'string' },
      acls: { type: 'string' },
    },
  });
  if (values.users !== undefined) return process.stdout.write(kafkaUsers(processes, values.users)) as never;
  if (values.acls !== undefined) return process.stdout.write(aclScript(processes, values.acls)) as never;

  const contractsFit = generateContracts(values);
  const stale = values.check ? staleFiles() : [];
  for (const line of stale) console.error(line);
  if (!values.check)
    for (const { path, text } of madeFiles()) {
      mkdirSync(dirname(inProject(path)), { recursive: true });
      writeFileSync(inProject(path), text);
    }
  process.exitCode = contractsFit && stale.length === 0 ? 0 : 1;
}

if (import.meta.main) main();

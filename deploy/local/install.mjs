#!/usr/bin/env node
/**
 * What `npm start` and `npm test` need, brought here once: npm packages, Kafka and the registry.
 *
 * Plain JavaScript for Node 20, because it runs before Node 24 is installed. Called by npm as
 * `prestart` and `pretest` with `--for start|test`; does nothing, and says nothing, when all is there.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { javaPrograms, javaProgramsAreInstalled } from './install/java-programs.mjs';
import { packages, packagesAreInstalled } from './install/packages.mjs';
import { missingRequirements } from './install/requirements.mjs';
import { projectFolder } from './install/places.mjs';
import { installTogether } from './install/together.mjs';

const purpose = process.argv[process.argv.indexOf('--for') + 1] === 'test' ? 'npm test' : 'npm start';

const elsewhere = `  Why:     it starts Kafka, PostgreSQL and every process side by side and ends them by the means of Linux.
  Instead: docker compose up --build          the same in containers, with the sandboxes
           WSL 2 (Windows) or a virtual Linux machine, and there npm start
           deploy/kubernetes                  for your own shop and ERP`;

async function main() {
  if (purpose === 'npm start' && process.platform !== 'linux') {
    console.error(`\nnpm start runs on Linux; this is ${process.platform}.\n\n${elsewhere}\n`);
    return 1;
  }
  // First of all, so that nobody waits for a download only to learn that Java is missing.
  const missing = await missingRequirements({ maven: !javaProgramsAreInstalled() });
  if (missing.length > 0) {
    console.error(`\n${purpose} cannot begin; nothing was downloaded.\n\n${missing.join('\n\n')}\n`);
    return 1;
  }
  const areNew = !javaProgramsAreInstalled();
  if (packagesAreInstalled() && !areNew) return 0;

  console.log('Installing what Cartage stands on (once; the next start finds it here):');
  await installTogether([
    ...(packagesAreInstalled() ? [] : [packages()]),
    ...(areNew ? [javaPrograms()] : []),
  ]);
  // By the Node that was installed: this one may not know TypeScript.
  const node = join(projectFolder, 'node_modules/.bin/node');
  const firstRun = join(projectFolder, 'deploy/local/first-run.ts');
  if (purpose === 'npm test' && areNew) spawnSync(node, [firstRun], { stdio: 'inherit' });
  return 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(`\n${error.message}\n`);
    process.exitCode = 1;
  },
);

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const projectFolder = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/** Everything that is made at run time lies here; git ignores it. */
export const stateFolder = join(projectFolder, '.cartage');

export const pomFile = join(projectFolder, 'deploy/local/pom.xml');

/**
 * Where the Java programs lie: `kafka/*.jar` and `registry/*.jar`. The name carries the digest of the pom,
 * so that other versions are another folder, and a folder that exists is complete (it is renamed into place).
 */
export function javaProgramsFolder() {
  const digest = createHash('sha256').update(readFileSync(pomFile)).digest('hex').slice(0, 12);
  return join(stateFolder, 'java', digest);
}

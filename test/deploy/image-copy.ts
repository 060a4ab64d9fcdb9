import { execFileSync } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../deploy/local/install/places.mjs';

const leftBehind = /(\.test\.ts|\/testing)$/;

/** Makes of the folder what /cartage is in the image, by the same steps; with the packages of this working copy. */
export function copyAsImage(folder: string): void {
  const sources = ['schemas', 'services', 'test/sandbox'];
  for (const name of [...sources, 'package.json', 'deploy/config'])
    cpSync(join(projectFolder, name), join(folder, name), {
      recursive: true,
      filter: (path) => !leftBehind.test(path),
    });
  symlinkSync(join(projectFolder, 'node_modules'), join(folder, 'node_modules'));
  const program = ['--disable-warning=ExperimentalWarning', join(projectFolder, 'deploy/strip-types.mjs')];
  execFileSync(process.execPath, [...program, ...sources], { cwd: folder });
}

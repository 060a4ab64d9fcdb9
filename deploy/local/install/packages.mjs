import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './places.mjs';
import { runInstaller } from './run-installer.mjs';

const lockFile = join(projectFolder, 'package-lock.json');
const modules = join(projectFolder, 'node_modules');
/** npm writes it last, so it is both the list of what is there and the sign that the installation ended. */
const installedList = join(modules, '.package-lock.json');

export function packagesAreInstalled() {
  return existsSync(installedList) && statSync(installedList).mtimeMs >= statSync(lockFile).mtimeMs;
}

/**
 * Installs what the lock file says, to the byte. Everything is included whatever the user's npm is set to leave out:
 * Node and PostgreSQL for this machine are optional packages, the tests' tools are development packages.
 */
export function packages() {
  const expected = expectedNames();
  // npm tells us which npm it is; `npm` on the PATH may be another one.
  const npm = process.env.npm_execpath;
  const [command, first] = npm ? [process.execPath, [npm]] : ['npm', []];
  return {
    name: 'npm packages',
    far: () => `${expected.filter(isUnpacked).length} of ${expected.length}`,
    run: (signal) =>
      runInstaller(
        'npm ci',
        command,
        [...first, 'ci', '--include=dev', '--include=optional', '--loglevel=error'],
        {
          cwd: projectFolder,
          signal,
          help: 'Check that the npm registry can be reached (npm ping), then start again.',
        },
      ),
  };
}

/** The packages at the top of node_modules that the lock file wants on this machine. */
function expectedNames() {
  const entries = Object.entries(JSON.parse(readFileSync(lockFile, 'utf8')).packages);
  const fits = (list, own) => !list || list.includes(own);
  const libc = process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
  return entries
    .filter(([, entry]) => fits(entry.os, process.platform) && fits(entry.cpu, process.arch))
    .filter(([, entry]) => fits(entry.libc, libc))
    .map(([path]) => path.replace(/^node_modules\//, ''))
    .filter((name) => name !== '' && !name.includes('/node_modules/'));
}

/** npm makes all folders first and fills them later. */
function isUnpacked(name) {
  return existsSync(join(modules, name, 'package.json'));
}

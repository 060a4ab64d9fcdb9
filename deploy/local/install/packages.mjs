import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './places.mjs';
import { runInstaller } from './run-installer.mjs';

const lockFile = join(projectFolder, 'package-lock.json');
const modules = join(projectFolder, 'node_modules');
/** npm writes it last, so it is both the list of what is there and the sign that the installation ended. */
const installedList = join(modules, '.package-lock.json');

/**
 * Whether all that the lock file wants here is there, in its version. Times of files would say less: git gives a file
 * a new one, and whoever installs again for that waits for nothing. An optional package of others that could not be
 * built here is not missed.
 */
export function packagesAreInstalled(locked = packagesOf(lockFile), listed = installedList) {
  if (!existsSync(listed)) return false;
  const installed = packagesOf(listed);
  const own = locked['']?.optionalDependencies ?? {};
  return fitting(locked)
    .filter(([path, { optional }]) => !optional || path.replace('node_modules/', '') in own)
    .every(([path, { version }]) => installed[path]?.version === version);
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
  return fitting(packagesOf(lockFile))
    .map(([path]) => path.replace('node_modules/', ''))
    .filter((name) => !name.includes('/node_modules/'));
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/** Entries of the lock file for this system, the project itself left out. */
function fitting(packages) {
  const fits = (list, own) => !list || list.includes(own);
  const libc = process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
  return Object.entries(packages).filter(
    ([path, { os, cpu, libc: built }]) =>
      path !== '' && fits(os, process.platform) && fits(cpu, process.arch) && fits(built, libc),
  );
}

/** npm makes all folders first and fills them later. */
function isUnpacked(name) {
  return existsSync(join(modules, name, 'package.json'));
}

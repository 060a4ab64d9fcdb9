import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './places.mjs';
import { progress } from './progress.mjs';
import { runInstaller } from './run-installer.mjs';

const lockFile = join(projectFolder, 'package-lock.json');
const modules = join(projectFolder, 'node_modules');
/** npm writes it last, so it is both the list of what is there and the sign that the installation ended. */
const installedList = join(modules, '.package-lock.json');

const quiet = ['--no-fund', '--no-audit', '--loglevel=error'];

export function packagesAreInstalled() {
  return existsSync(installedList) && statSync(installedList).mtimeMs >= statSync(lockFile).mtimeMs;
}

/**
 * Installs what the lock file says. Not by `npm ci`, which refuses a lock file that lacks the optional packages
 * of other systems, and locks made behind some registries do; `--no-save` leaves the lock file as it is.
 */
export async function installPackages() {
  const expected = expectedNames();
  const shown = progress('npm packages');
  const timer = setInterval(() => {
    shown.say(`${countInstalled(expected)} of ${expected.size} packages`);
  }, 500);
  // npm tells us which npm it is; `npm` on the PATH may be another one.
  const npm = process.env.npm_execpath;
  const [command, first] = npm ? [process.execPath, [npm]] : ['npm', []];
  try {
    await runInstaller('npm install', command, [...first, 'install', '--no-save', ...quiet], {
      cwd: projectFolder,
      help: 'Check that the npm registry can be reached (npm ping), then start again.',
    });
    shown.done(`${countInstalled(expected)} packages`);
  } catch (error) {
    shown.failed();
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** The packages at the top of node_modules that the lock file wants on this machine. */
function expectedNames() {
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8'));
  const fits = (list, own) => !list || list.includes(own);
  return new Set(
    Object.entries(packages)
      .filter(([, entry]) => fits(entry.os, process.platform) && fits(entry.cpu, process.arch))
      .map(([path]) => path.replace(/^node_modules\//, ''))
      .filter((name) => name !== '' && !name.includes('/node_modules/')),
  );
}

function countInstalled(expected) {
  if (!existsSync(modules)) return 0;
  const names = readdirSync(modules).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
  );
  return names.filter((name) => expected.has(name)).length;
}

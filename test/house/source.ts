/** The project's files as the rules see them: text under a path, and what a TypeScript file imports. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { projectFolder } from '../../deploy/local/install/places.mjs';

export interface SourceFile {
  /** From the project's folder, with forward slashes. */
  path: string;
  text: string;
}

/** A rule that was broken, by whom. `why` says what the rule protects. */
export interface Violation {
  path: string;
  what: string;
  why: string;
}

/** Rules are functions of the files alone, so that each is proved with files made up for it. */
export type Rule = (files: readonly SourceFile[]) => Violation[];

const notOurs = new Set(['.git', 'node_modules', '.cartage', 'coverage']);
const isText = /\.(ts|mts|mjs|js|cjs|json|avsc|md|ya?ml|sql|html|css|xml|sh)$|(^|\/)[^./]+$|(^|\/)\.[^/]+$/;

/** Every text file of the project, made and installed ones left out. */
export function projectFiles(): SourceFile[] {
  return pathsUnder('')
    .filter((path) => isText.test(path))
    .map((path) => ({ path, text: readFileSync(join(projectFolder, path), 'utf8') }));
}

function pathsUnder(folder: string): string[] {
  return readdirSync(join(projectFolder, folder), { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return [];
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return pathsUnder(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Names that stand at the root of the project, files and folders. */
export function rootNames(): string[] {
  return readdirSync(projectFolder);
}

export const isTypeScript = ({ path }: SourceFile) => /\.m?[tj]s$/.test(path);
export const isTest = ({ path }: { path: string }) => path.endsWith('.test.ts');
export const under = (folder: string) => (file: { path: string }) => file.path.startsWith(`${folder}/`);

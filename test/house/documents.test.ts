/** What the documents promise is there: links lead somewhere, the files and npm scripts that they name exist. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectFiles } from './source.ts';

const root = join(import.meta.dirname, '../..');
const paths = projectFiles().map(({ path }) => path);
const documents = paths.filter((path) => path.endsWith('.md'));
const scripts = Object.keys(
  (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts,
);

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function brokenLinks(document: string, text: string): string[] {
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1]!);
  return links.filter((link) => !existsSync(join(root, dirname(document), link)));
}

function unknownScripts(text: string): string[] {
  const named = [...text.matchAll(/\bnpm (?:run ([a-z:]+)|(start|test)\b)/g)].map(
    (match) => match[1] ?? match[2]!,
  );
  return named.filter((name) => !scripts.includes(name));
}

const namedSources = /(?<=[`\s(])(?:\.\.\/)*([\w/.-]+\.(?:ts|avsc))(?=[`\s),;:]|$)/gm;

/** Sources by the end of their path, because documents name them from where they stand; tests also without the ending. */
function unknownFiles(text: string): string[] {
  const sources = [...text.matchAll(namedSources)].map((match) => match[1]!);
  const tests = [...text.matchAll(/`(test\/[\w/-]+)`/g)].map((match) => match[1]!);
  return [
    ...sources.filter((name) => !paths.some((path) => path.endsWith(name))),
    ...tests.filter((name) => !existsSync(join(root, name)) && !paths.includes(`${name}.test.ts`)),
  ];
}

describe.each(documents)('%s', (document) => {
  const text = read(document);

  it('links to what exists', () => expect(brokenLinks(document, text)).toEqual([]));
  it('names files that exist', () => expect(unknownFiles(text)).toEqual([]));
  it('names npm scripts that exist', () => expect(unknownScripts(text)).toEqual([]));
});

it('the checks see what is broken', () => {
  expect(brokenLinks('README.md', '[x](no/such/deploy) [y](README.md)')).toEqual(['no/such/deploy']);
  expect(unknownFiles('`no-such.ts`, gone.test.ts, `test/none`; `../fence.ts`, `test/house`')).toEqual([
    'no-such.ts',
    'gone.test.ts',
    'test/none',
  ]);
  expect(unknownScripts('`npm run nothing`, npm test')).toEqual(['nothing']);
});

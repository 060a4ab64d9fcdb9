/** What the documents promise is there: links lead somewhere, npm scripts and commands exist. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const documents = ['README.md', 'deploy/README.md', 'schemas/README.md', 'services/platform/kafka/README.md'];
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

describe.each(documents)('%s', (document) => {
  const text = read(document);

  it('links to what exists', () => expect(brokenLinks(document, text)).toEqual([]));
  it('names npm scripts that exist', () => expect(unknownScripts(text)).toEqual([]));
});

it('the checks see what is broken', () => {
  expect(brokenLinks('README.md', '[x](no/such/file.md) [y](README.md)')).toEqual(['no/such/file.md']);
  expect(unknownScripts('`npm run nothing`, npm test')).toEqual(['nothing']);
});

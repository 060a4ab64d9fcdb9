/**
 * `npm run generate`: writes types.ts from the contracts. With `--publish`, a contract that changed is also
 * written to history/ as its next version. With `--check`, nothing is written and stale files are an error.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { typescriptOf } from './typescript.ts';

const folder = import.meta.dirname;

/** Topics that have a contract file, in alphabetical order. */
export function contractTopics(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.avsc'))
    .map((name) => name.slice(0, -'.avsc'.length))
    .toSorted();
}

/** Every version of a topic's contract that was ever published, oldest first. */
export function publishedVersions(topic: string): string[] {
  const texts: string[] = [];
  for (let version = 1; existsSync(historyFile(topic, version)); version += 1)
    texts.push(readFileSync(historyFile(topic, version), 'utf8'));
  return texts;
}

export function currentText(topic: string): string {
  return readFileSync(join(folder, `${topic}.avsc`), 'utf8');
}

/** The text types.ts must have. */
export function typesText(): string {
  return typescriptOf(contractTopics().map((topic) => ({ topic, text: currentText(topic) })));
}

function historyFile(topic: string, version: number): string {
  return join(folder, 'history', `${topic}.${version}.avsc`);
}

/** What is stale, in words; empty when all is fresh. */
export function staleFiles(): string[] {
  const stale: string[] = [];
  const typesFile = join(folder, 'types.ts');
  if (!existsSync(typesFile) || readFileSync(typesFile, 'utf8') !== typesText())
    stale.push('schemas/types.ts does not fit the contracts: run `npm run generate`');
  for (const topic of contractTopics())
    if (publishedVersions(topic).at(-1) !== currentText(topic))
      stale.push(
        `schemas/${topic}.avsc differs from its newest version in schemas/history: run \`npm run generate -- --publish\``,
      );
  return stale;
}

function main(): void {
  if (process.argv.includes('--check')) {
    const stale = staleFiles();
    for (const line of stale) console.error(line);
    process.exitCode = stale.length === 0 ? 0 : 1;
    return;
  }
  writeFileSync(join(folder, 'types.ts'), typesText());
  if (!process.argv.includes('--publish')) return;
  for (const topic of contractTopics()) {
    const versions = publishedVersions(topic);
    if (versions.at(-1) === currentText(topic)) continue;
    writeFileSync(historyFile(topic, versions.length + 1), currentText(topic));
    console.log(`${topic}: version ${versions.length + 1}`);
  }
}

if (import.meta.main) main();

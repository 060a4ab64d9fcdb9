/**
 * The contracts' part of `npm run generate`: writes what is made from them and the table of topics: types.ts, the table
 * in README.md. With `--publish`, a contract that changed is also written to history/ as its
 * next version, unless readers would not understand it, or no later version could be understood (rules.ts). With `--check`,
 * nothing is written; stale files, such contracts and versions that were edited after they were published are an error.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withCatalogue } from './catalogue.ts';
import { compatibilityProblems } from './compatibility.ts';
import { historyProblems, publishVersion, versionsIn } from './history.ts';
import { ruleProblems } from './rules.ts';
import { contracts } from './topics.ts';
import { typescriptOf } from './typescript.ts';

const folder = import.meta.dirname;
const historyFolder = join(folder, 'history');

/** Topics that have a contract file, in alphabetical order. */
export function contractTopics(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.avsc'))
    .map((name) => name.slice(0, -'.avsc'.length))
    .toSorted();
}

/** Every version of a topic's contract that was ever published, oldest first. */
export function publishedVersions(topic: string): string[] {
  return versionsIn(historyFolder, topic);
}

export function currentText(topic: string): string {
  return readFileSync(join(folder, `${topic}.avsc`), 'utf8');
}

/** The text types.ts must have. */
export function typesText(): string {
  return typescriptOf(contractTopics().map((topic) => ({ topic, text: currentText(topic) })));
}

/** Every file that is made, with the text it must have; paths from the project's folder. */
export function madeFiles(): { path: string; text: string }[] {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  return [
    { path: 'schemas/types.ts', text: typesText() },
    { path: 'schemas/README.md', text: withCatalogue(readme, contracts) },
  ];
}

/** What is stale, in words; empty when all is fresh. */
export function staleFiles(): string[] {
  const stale = madeFiles()
    .filter(
      ({ path, text }) => !existsSync(inProject(path)) || readFileSync(inProject(path), 'utf8') !== text,
    )
    .map(({ path }) => `${path} does not fit the contracts or the table of topics: run \`npm run generate\``);
  for (const topic of contractTopics())
    if (publishedVersions(topic).at(-1) !== currentText(topic))
      stale.push(
        `schemas/${topic}.avsc differs from its newest version in schemas/history: run \`npm run generate -- --publish\``,
      );
  return stale;
}

/** What readers of earlier versions could not understand, or later ones not mend, in words, with the contract it is about. */
export function refusedContracts(): string[] {
  return contractTopics().flatMap((topic) => {
    const text = currentText(topic);
    const problems = [...compatibilityProblems(text, publishedVersions(topic)), ...ruleProblems(text)];
    return problems.map((problem) => `schemas/${topic}.avsc: ${problem}`);
  });
}

function inProject(path: string): string {
  return join(folder, '..', path);
}

function publish(): void {
  for (const topic of contractTopics()) {
    if (publishedVersions(topic).at(-1) === currentText(topic)) continue;
    console.log(`published: history/${publishVersion(historyFolder, topic, currentText(topic))}`);
  }
}

/** @returns Whether all is fresh, compatible and as it was published; what is not was said on standard error. */
export function generate({ check, publish: publishing }: { check: boolean; publish: boolean }): boolean {
  const broken = [...historyProblems(historyFolder), ...refusedContracts()];
  const problems = check ? [...broken, ...staleFiles()] : broken;
  for (const line of problems) console.error(line);
  if (!check) {
    for (const { path, text } of madeFiles()) writeFileSync(inProject(path), text);
    if (publishing && broken.length === 0) publish();
  }
  return problems.length === 0;
}

if (import.meta.main) {
  const [check, publishing] = ['--check', '--publish'].map((option) => process.argv.includes(option));
  process.exitCode = generate({ check: check!, publish: publishing! }) ? 0 : 1;
}

/**
 * The published versions of the contracts, and what keeps them as they are. Records of every version lie on topics of
 * others, so a version that was published is never edited, not even together with its contract.
 *
 * history/digests.txt has one line for each file, `sha256  name`, and only grows: a line that git has once seen on the
 * way to HEAD must still be there. Where there is no git (the folder copied out alone, an archive) or only its newest
 * commit (a shallow clone), the files are compared with the list, and the list with as much as git knows.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const listName = 'digests.txt';
const remedy =
  'A published version is never edited: take the change back (`git checkout`), add a new field beside the old one in ' +
  'schemas/<topic>.avsc, and run `npm run generate -- --publish`.';

/** Every version of a topic's contract in the folder, oldest first. */
export function versionsIn(folder: string, topic: string): string[] {
  const texts: string[] = [];
  for (let version = 1; existsSync(join(folder, fileName(topic, version))); version += 1)
    texts.push(readFileSync(join(folder, fileName(topic, version)), 'utf8'));
  return texts;
}

/** Writes the next version and its line in the list. */
export function publishVersion(folder: string, topic: string, text: string): string {
  const name = fileName(topic, versionsIn(folder, topic).length + 1);
  writeFileSync(join(folder, name), text);
  appendFileSync(join(folder, listName), `${lineOf(name, text)}\n`);
  return name;
}

/** What was changed of what is published, in words; empty when all is as it was. */
export function historyProblems(folder: string): string[] {
  const listed = linesIn(folder);
  const named = new Map(listed.map((line) => [nameIn(line), line]));
  const files = readdirSync(folder).filter((name) => name.endsWith('.avsc'));
  const edited = files
    .filter((name) => named.get(name) !== lineOf(name, readFileSync(join(folder, name), 'utf8')))
    .map((name) =>
      named.has(name)
        ? `schemas/history/${name} is not what was published under its digest. ${remedy}`
        : `schemas/history/${name} has no line in ${listName}: only \`npm run generate -- --publish\` makes versions.`,
    );
  const gone = [...named.keys()]
    .filter((name) => !files.includes(name))
    .map((name) => `schemas/history/${name} was published and is gone. ${remedy}`);
  const rewritten = linesGitHasSeen(folder)
    .filter((line) => !listed.includes(line))
    .map((line) => `schemas/history/${listName} has lost its line for ${nameIn(line)}. ${remedy}`);
  return [...edited, ...gone, ...rewritten];
}

/** Only the line of commits that leads here: what a merged branch had in between was never published. */
function linesGitHasSeen(folder: string): string[] {
  const log = ['log', '--first-parent', '--format=', '--patch', 'HEAD', '--', listName];
  try {
    const patches = execFileSync('git', log, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return [...patches.matchAll(/^\+([0-9a-f]{64} {2}\S+)$/gm)].map(([, line]) => line!);
  } catch {
    return [];
  }
}

function linesIn(folder: string): string[] {
  return readFileSync(join(folder, listName), 'utf8').split('\n').filter(Boolean);
}

const fileName = (topic: string, version: number) => `${topic}.${version}.avsc`;
const lineOf = (name: string, text: string) => `${createHash('sha256').update(text).digest('hex')}  ${name}`;
const nameIn = (line: string) => line.slice(line.lastIndexOf(' ') + 1);

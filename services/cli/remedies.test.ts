/** What errors, alerts and pages tell people to type is what there is to type. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from '@jest/globals';
import { commandLine } from './command-line.ts';

const project = join(import.meta.dirname, '../..');
const program = commandLine(() => () => Promise.resolve());

function filesUnder(folder: string, ending: RegExp): string[] {
  return readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name) && !name.includes('.test.'))
    .map((name) => join(folder, name));
}

const files = [
  'README.md',
  ...filesUnder('services', /\.(ts|js|html|md)$/),
  ...filesUnder('schemas', /\.(ts|md)$/),
  ...filesUnder('deploy', /\.(ts|md|ya?ml|json)$/),
];

/** Each `cartage …` in back-ticks or quotes, or after a `$` or at the start of a line of an example. */
function commandsIn(text: string): string[] {
  return [...text.matchAll(/(?:`|\$ |^ {0,4})cartage ([a-z][^`\n]*)/gm)].map(([, words]) =>
    words!.replaceAll(/\$\{.*?\}/g, ''),
  );
}

/** Null when the words name a command with options that it has, else what is wrong. */
function problemOf(words: string): string | null {
  let command: Command = program;
  const parts = words.split(/[\s\\]+/);
  for (const part of parts) {
    const next = command.commands.find((candidate) => candidate.name() === part);
    if (!next) break;
    command = next;
  }
  if (command === program) return `there is no command ${parts[0]}`;
  if (command.commands.length > 0 && parts.length > 1 && /^[a-z]+$/.test(parts[1]!))
    return `${command.name()} has no command ${parts[1]}`;
  const known = new Set(
    [...command.options, ...program.options].flatMap(({ long }) => long ?? []).concat('--help', '--'),
  );
  const unknown = parts.filter((part) => part.startsWith('--') && !known.has(part.replace(/[^a-z-].*$/, '')));
  return unknown.length === 0 ? null : `${command.name()} has no option ${unknown.join(', ')}`;
}

describe('a command that is named', () => {
  const named = files.flatMap((file) =>
    commandsIn(readFileSync(join(project, file), 'utf8')).map((words) => ({ file, words })),
  );

  it('exists, with the options it is named with', () => {
    expect(named.length).toBeGreaterThan(20);
    const wrong = named.flatMap(({ file, words }) => {
      const problem = problemOf(words);
      return problem === null ? [] : [`${file}: cartage ${words}: ${problem}`];
    });
    expect(wrong).toEqual([]);
  });

  it('would be found out if it did not', () => {
    expect(['parked mend', 'mend', 'parked list --code x'].map(problemOf)).not.toContain(null);
    expect(problemOf('parked discard KEY --reason TEXT')).toBeNull();
  });
});

describe('a remedy', () => {
  const remedies = files
    .filter((file) => file.startsWith('services/'))
    .flatMap((file) =>
      [...readFileSync(join(project, file), 'utf8').matchAll(/\bfix:\s*([`'"])((?:(?!\1).|\\\1)*)\1/gs)].map(
        ([, , text]) => ({ file, text: text! }),
      ),
    );

  it('that says to discard or to release a record names the command', () => {
    expect(remedies.length).toBeGreaterThan(50);
    expect(
      remedies.filter(
        ({ text }) =>
          /\bdiscard\b/i.test(text) !== text.includes('cartage parked discard') ||
          /\brelease (it|this|the record)\b|\b[Rr]efresh (its|the) key\b/.test(text),
      ),
    ).toEqual([]);
  });

  it('asks for no restart after a mapping was added: those are read again by themselves', () => {
    const mapping = /\b(orders|stock|catalog|fulfilments)\.[a-z]/i;
    expect(remedies.filter(({ text }) => mapping.test(text) && /\brestart\b/i.test(text))).toEqual([]);
  });
});

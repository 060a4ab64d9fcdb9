/** What no file may hold. */
import { codeOf } from '../code.ts';
import { isTest, isTypeScript, under } from '../source.ts';
import type { Rule, SourceFile, Violation } from '../source.ts';

/** The only things at the root besides dotfiles. */
const rootFiles = new Set([
  'README.md',
  'LICENSE',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'docker-compose.yml',
  'schemas',
  'services',
  'deploy',
  'test',
  'node_modules',
  'coverage',
]);

export function rootHoldsOnly(names: readonly string[]): Violation[] {
  return names
    .filter((name) => !name.startsWith('.') && !rootFiles.has(name))
    .map((path) => ({
      path,
      what: 'stands at the root',
      why: 'the root is the plan of the house; everything has a room: schemas, services, deploy or test',
    }));
}

export const nothingIsLeftForLater: Rule = (files) =>
  found(
    files.filter((file) => isTypeScript(file) && !speaksOfRules(file)),
    /\b(TODO|FIXME|XXX|HACK)\b/,
    {
      what: 'holds a note for later',
      why: 'a note in the code is read by nobody who plans: do it, or write an issue',
    },
  );

/** The rules, and the files made up to break them. */
const speaksOfRules = under('test/house');

/** Tests that may be left out, each with its reason. */
export const skipsAllowed = new Map([
  ['test/deploy/programs.ts', 'tests that need a program which is not installed are counted as skipped'],
]);

export const everyTestRuns: Rule = (files) =>
  files
    .filter((file) => isTypeScript(file) && (isTest(file) || file.path.startsWith('test/')))
    .filter((file) => !skipsAllowed.has(file.path) && !speaksOfRules(file))
    .filter(({ text }) =>
      /\b(it|test|describe)\s*\.\s*(only|skip|todo|failing)\b|\b(xit|xtest|xdescribe|fit|fdescribe)\s*\(/.test(
        codeOf(text),
      ),
    )
    .map(({ path }) => ({
      path,
      what: 'leaves tests out (.only, .skip, .todo)',
      why: `a test that does not run proves nothing; the exceptions and their reasons stand in test/house/rules/tidy.ts`,
    }));

/** By a thousand: shorter ones are timers. */
export const testsHaveOneTimeLimit: Rule = (files) =>
  found(
    files.filter((file) => isTest(file) && !speaksOfRules(file)),
    /\bjest\.setTimeout\(|^\s*\}, [\d_]*\d_?000\);$/m,
    {
      what: 'has a time limit of its own',
      why: 'on a machine three times slower it fails by chance: package.json gives one to all, which only a hang meets, and a wait in vain names what it waited for',
    },
  );

export const noMachineIsNamed: Rule = (files) => [
  ...found(
    files.filter((file) => !speaksOfRules(file)),
    /(?<![\w.}/-])\/(home|root|Users|work)\/[\w.-]+/,
    {
      what: 'names a path of one machine',
      why: 'the next machine does not have it: make it from the place of the file, or a setting',
    },
  ),
  ...found(
    files.filter((file) => !speaksOfRules(file)),
    // By what registries call themselves, so that none is named here either.
    /https?:\/\/(registry|repo\d?|proxy|packages|mirror|deb|files)\.[\w.-]+\.\w+|\b(artifactory|nexus)\b/i,
    {
      what: 'names a package registry',
      why: 'where packages come from is the machine’s setting (a mirror, a proxy), never the project’s',
    },
  ),
  ...found(
    files.filter(({ path }) => path === 'package-lock.json'),
    /"resolved":/,
    {
      what: 'says where packages were downloaded',
      why: 'others have another registry; .npmrc leaves it out (omit-lockfile-registry-resolved)',
    },
  ),
];

/** Peers of a measurement are processes of their own, and bare on purpose. */
const makesClients = (file: SourceFile) =>
  ['services/platform/kafka/client.ts', 'test/infrastructure/plain-kafka.ts'].includes(file.path) ||
  under('test/bench')(file);

export const kafkaClientsRest: Rule = (files) =>
  files
    .filter((file) => isTypeScript(file) && !speaksOfRules(file) && !makesClients(file))
    .filter(({ text }) => /\bnew\s+(?:\w+\.)*Kafka\s*\(/.test(codeOf(text)))
    .map(({ path }) => ({
      path,
      what: 'makes a client of kafkajs',
      why: 'by itself it wakes each millisecond for ever: createClient, or plainKafka of test/infrastructure, makes one that rests',
    }));

function found(files: readonly SourceFile[], pattern: RegExp, said: Omit<Violation, 'path'>): Violation[] {
  return files.flatMap(({ path, text }) => {
    const index = text.search(pattern);
    if (index < 0) return [];
    const line = text.slice(0, index).split('\n').length;
    return [{ path: `${path}:${line}`, ...said }];
  });
}

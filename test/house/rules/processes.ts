/** What a process may do outside its own room, and what its main.ts is for. */
import { commandLine, processes } from '../../../services/platform/processes.ts';
import { codeOf } from '../code.ts';
import { importsOf } from '../imports.ts';
import { isTest, isTypeScript, under } from '../source.ts';
import type { Rule } from '../source.ts';
import { processesOf } from './who-imports-whom.ts';

/** Statements that read configuration, wire and forward signals need no more lines than these. */
const mainLinesMax = 15;

export const onlyConfigReadsTheEnvironment: Rule = (files) =>
  files
    .filter(under('services'))
    .filter(isTypeScript)
    .filter((file) => !isTest(file) && !under('services/platform/config')(file))
    .filter(({ text }) => /\bprocess\s*(\?\.|\.)\s*env\b|\bprocess\s*\[/.test(codeOf(text)))
    .map(({ path }) => ({
      path,
      what: 'reads the environment',
      why: 'only services/platform/config does: a setting that is read elsewhere is not checked at the start and stands in no documentation',
    }));

export const mainDoesThreeThings: Rule = (files) =>
  files
    .filter(({ path }) => /^services\/[^/]+\/main\.ts$/.test(path))
    .flatMap((file) => {
      const room = file.path.slice(0, file.path.lastIndexOf('/'));
      const allowed = [`${room}/`, 'services/platform/config/', 'services/platform/lifecycle/'];
      const foreign = importsOf(file)
        .filter(({ target }) => !allowed.some((folder) => target?.startsWith(folder)))
        .map(({ specifier }) => `imports ${specifier}`);
      const lines = statementLines(file.text);
      const long =
        lines > mainLinesMax ? [`has ${lines} lines of statements, more than ${mainLinesMax}`] : [];
      return [...foreign, ...long].map((what) => ({
        path: file.path,
        what,
        why: 'main.ts reads the configuration, wires and forwards signals; all else belongs in a file with a name and a test',
      }));
    });

export const everyProcessHasARow: Rule = (files) => {
  const rows = new Set([...processes, commandLine].map(({ name }) => name));
  return [...processesOf(files)]
    .filter((name) => !rows.has(name))
    .map((name) => ({
      path: `services/${name}/main.ts`,
      what: 'has no row in services/platform/processes.ts',
      why: 'Deployments, Compose, Prometheus, principals, console and local start are made from that table: what is not in it runs nowhere',
    }));
};

/** Lines of code besides imports. */
function statementLines(text: string): number {
  const withoutImports = codeOf(text).replaceAll(/^import\s[^;]*;$/gm, '');
  return withoutImports.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#!')).length;
}

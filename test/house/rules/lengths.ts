/** How long a file and a function may be. */
import { functionsOf } from '../functions.ts';
import { isTest, isTypeScript, under } from '../source.ts';
import type { Rule, SourceFile } from '../source.ts';

const fileLinesMax = 250;
const functionLinesMax = 70;

/** What may be longer, each with its reason. */
export const lengthsAllowed = new Map([
  ['schemas/types.ts', 'it is made from the contracts'],
  ['services/platform/telemetry/metrics.ts', 'one list of all metrics, without a branch'],
  ['services/platform/flow/testing/broker-suite.ts', 'its one function is the `describe` of a shared suite'],
]);

const ours = (file: SourceFile) =>
  isTypeScript(file) &&
  !isTest(file) &&
  ['services', 'schemas', 'deploy'].some((folder) => under(folder)(file)) &&
  !lengthsAllowed.has(file.path);

export const filesHaveOneConcern: Rule = (files) =>
  files
    .filter(ours)
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > fileLinesMax)
    .map(({ path, lines }) => ({
      path,
      what: `has ${lines} lines, more than ${fileLinesMax}`,
      why: 'a file has one concern; what does not fit has two, and nobody finds the second one',
    }));

export const functionsFitAScreen: Rule = (files) =>
  files.filter(ours).flatMap(({ path, text }) =>
    functionsOf(text)
      .filter(({ lines }) => lines > functionLinesMax)
      .map(({ line, lines }) => ({
        path: `${path}:${line}`,
        what: `has a function of ${lines} lines, more than ${functionLinesMax}`,
        why: 'a function that does not fit a screen is not read as a whole: what is checked at its top is forgotten at its end',
      })),
  );

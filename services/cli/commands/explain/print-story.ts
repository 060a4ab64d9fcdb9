import { isKnown } from '../../../operations/story/story.ts';
import type { Happening, Side, Story } from '../../../operations/story/story.ts';
import { shownJson, shownLine } from '../../../platform/terminal.ts';
import { counted, printLine, printTable } from '../../print.ts';

export function printStory(story: Story, reveal: boolean): void {
  if (!isKnown(story)) printLine(`Nobody knows of ${story.kind} ${story.asked}.`);
  if (story.leftOut > 0) printLine(`${counted(story.leftOut, 'older happening')} left out.`);
  for (const happening of story.happenings) printHappening(happening);
  printLine();
  printSides(story.sides);
  printLine();
  for (const { what, code, fix } of story.findings) {
    printLine(`! ${what} [${code}]`);
    printLine(`  ${fix}`);
  }
  if (story.findings.length === 0 && isKnown(story)) printLine('Nothing is out of order.');
  if (reveal)
    for (const { topic, key, value } of story.records) {
      printLine();
      printLine(`${topic} ${key}`);
      for (const line of shownJson(value).split('\n')) printLine(shownLine(line));
    }
}

function printHappening(one: Happening): void {
  const { at, by, topic, key, documentId, kind, what, attempts, traceId, traceUrl } = one;
  const document = documentId === null ? '' : ` ${documentId}`;
  const tries = attempts === null || attempts < 2 ? '' : `, ${attempts} tries`;
  printLine(`${new Date(at).toISOString()}  ${by}: ${kind}${tries}  ${topic ?? ''} ${key}${document}`);
  if (what !== '') printLine(`    ${what}${one.code === null ? '' : ` [${one.code}]`}`);
  if (traceId !== null) printLine(`    trace ${traceUrl ?? traceId}`);
}

/** Beside each other; a fact that one side alone has stands with an empty place. */
function printSides(sides: readonly Side[]): void {
  const names = [...new Set(sides.flatMap(({ facts }) => Object.keys(facts)))];
  if (names.length > 0)
    printTable(
      ['NOW', ...sides.map(({ name }) => name.toUpperCase())],
      names.map((name) => [name, ...sides.map(({ facts }) => facts[name] ?? '')]),
    );
  for (const { name, unknown } of sides)
    if (unknown !== null) printLine(`The ${name} could not be asked: ${unknown}`);
}

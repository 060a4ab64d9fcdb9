import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { draw } from './draw.ts';
import { equivalents } from './equivalent.ts';
import { mutantsOf, withMutant } from './mutants.ts';

/** What a line may become. */
const mutated = (source: string) => mutantsOf(source).map((mutant) => withMutant(source, mutant));

describe('mutantsOf', () => {
  it.each([
    ['if (a < b) c();', ['if (!(a < b)) c();', 'if (a <= b) c();', 'if (a < b) ;']],
    ['const x = a && !b;', ['const x = a || !b;']],
    ['const x = a ?? 2;', ['const x = a;', 'const x = a ?? 3;']],
    ['await close();', [';', 'close();']],
    ['x += 1;', ['x -= 1;', 'x += 2;']],
    ["throw new Rejected({ code: 'erp.query' });", [';', "throw new Rejected({ code: 'mutated.code' });"]],
    ['const x = 1_000;', ['const x = 2000;']],
    ['f(true);', [';', 'f(false);']],
  ])('of %s', (source, expected) => {
    expect(mutated(source)).toEqual(expected);
  });

  it.each([
    ["const x = 'a' + b;", 'joined text'],
    ["log.warn('x');", 'what is only said'],
    ["const x = { code: 'custom' };", 'a code of zod'],
    ["import { a } from 'b';", 'an import'],
    ['let x: Record<1, true>;', 'a type'],
  ])('leaves %s alone: %s', (source) => {
    expect(mutated(source)).toEqual([]);
  });
});

it('draws the same again from the same seed, and nothing twice', () => {
  const items = Array.from({ length: 20 }, (_, index) => index);
  expect(draw(items, 12, 7)).toEqual(draw(items, 12, 7));
  expect(new Set(draw(items, 50, 7))).toEqual(new Set(items));
});

it('every listed equivalent can still be made', () => {
  const stale = equivalents.filter(({ file, before, after }) => {
    if (!existsSync(join(projectFolder, file))) return true;
    const source = readFileSync(join(projectFolder, file), 'utf8');
    const line = (text: string, number: number) => text.split('\n')[number - 1]!.trim();
    return !mutantsOf(source).some(
      (mutant) =>
        line(source, mutant.line) === before && line(withMutant(source, mutant), mutant.line) === after,
    );
  });
  expect(stale).toEqual([]);
});

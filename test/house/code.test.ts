import { expect, it } from '@jest/globals';
import { codeOf } from './code.ts';
import { projectFiles } from './source.ts';

const lines = (text: string) => text.split('\n').length;

it('blanks comments and templates, and keeps strings, placeholders and line numbers', () => {
  const code = codeOf("a('// no'); // gone\n/* gone\n gone */ b(`gone ${keep({ x: `gone` })} gone`);\nc");
  expect(code).not.toContain('gone');
  expect(code).toContain("a('// no');");
  expect(code).toContain('keep({ x:');
  expect(lines(code)).toBe(4);
});

it('tells a pattern from a division', () => {
  expect(codeOf('x.match(/[\'"`]/g); y // gone')).not.toContain('gone');
  expect(codeOf('a = b / c; d = `gone`; e / f')).toBe('a = b / c; d =       ; e / f');
  expect(codeOf('f(/[/]`/); keep')).toContain('keep');
});

it('gets through every file of the project with braces that match', () => {
  const unbalanced = projectFiles()
    .filter(({ path }) => /\.m?[tj]s$/.test(path))
    .filter(({ text }) => {
      // In strings, which stay, a brace may stand alone.
      const code = codeOf(text).replaceAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, '');
      return code.split('{').length !== code.split('}').length;
    })
    .map(({ path }) => path);
  expect(unbalanced).toEqual([]);
});

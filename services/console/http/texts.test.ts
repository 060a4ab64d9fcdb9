import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { texts } from './texts.ts';

const folder = join(import.meta.dirname, '../page');
const sources = new Map(
  readdirSync(folder)
    .filter((name) => /\.(js|html)$/.test(name))
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
);
const all = [...sources.values()].join('\n');

/** `say('a.b')`, `{{a.b}}`, and what is put together: `say(\`a.${b}\`)` stands for all that begin with `a.`. */
const whole = [...all.matchAll(/say\(\s*'([\w.-]+)'|\{\{([\w.-]+)\}\}/g)].map((one) => one[1] ?? one[2]!);
const patterns = [...all.matchAll(/say\(`([^`]+)`/g)].map(
  ([, text]) => new RegExp(`^${text!.replaceAll('.', '\\.').replaceAll(/\$\{[^}]+\}/g, '[\\w-]+')}$`),
);

it('every text that the page asks for is there', () => {
  expect(whole.filter((key) => texts[key] === undefined)).toEqual([]);
  const known = Object.keys(texts);
  expect(patterns.filter((one) => !known.some((key) => one.test(key)))).toEqual([]);
});

it('and none is there that nobody asks for', () => {
  const ofServer = ['login.tooMany', 'login.wrong'];
  const asked = new Set([...whole, ...ofServer]);
  const isAsked = (key: string) => asked.has(key) || patterns.some((one) => one.test(key));
  const unused = Object.keys(texts).filter((key) => !isAsked(key.replace(/\.one$/, '')));
  expect(unused).toEqual([]);
});

it('they hold no HTML, because they are put into it', () => {
  expect(Object.values(texts).filter((text) => /[<>&"]/.test(text))).toEqual([]);
});

it('no English stands anywhere else: no sentence in a script, no word in the HTML', () => {
  const found: string[] = [];
  for (const [name, source] of sources)
    if (name.endsWith('.js')) {
      const code = source.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$|\/\/ .*$/gm, '');
      found.push(
        ...[...code.matchAll(/'[A-Z][a-z]+( [a-z]+)+[^']*'|'[A-Z][a-z]{3,}'/g)].map(
          ([text]) => `${name} ${text}`,
        ),
      );
    } else {
      const words = source
        .replaceAll(/<!--[^]*?-->|<[^>]*>|\{\{[^}]*\}\}/g, '')
        .split(/\s+/)
        .filter((word) => word !== '');
      found.push(...words.filter((word) => word !== 'Cartage').map((word) => `${name} ${word}`));
    }
  expect(found).toEqual([]);
});

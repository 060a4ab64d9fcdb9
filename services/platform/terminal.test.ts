import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { shellWord, shownJson, shownLine, shownLines } from './terminal.ts';

const attack = 'a\u001b]0;title\u0007\u001b[2J\r\u009b1m\u202eb\nc';

describe('text of other systems', () => {
  it('is shown on one line, with what a terminal acts on written out', () => {
    expect(shownLine(attack)).toBe(String.raw`a\x1b]0;title\x07\x1b[2J\x0d\u009b1m\u202eb\x0ac`);
    expect(shownLine('Größe €5 日本 👍 \\x1b')).toBe('Größe €5 日本 👍 \\x1b');
    expect(shownLines('a\nb\u001b')).toBe('a\nb\\x1b');
  });

  it('is the same value in JSON, without an acting character', () => {
    const text = shownJson({ text: attack, list: [1] });
    // oxlint-disable-next-line no-control-regex -- that none is left is the point
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect(JSON.parse(text)).toEqual({ text: attack, list: [1] });
  });
});

describe('a word of a command line', () => {
  it.each(['a/b', "it's", '$(id)', '`id`', 'a b', '; id', '*', '"', '\\', '~', '#1', '!!', '', '\\n', 'é'])(
    'is handed to any shell as it is: %s',
    (word) => {
      expect(execFileSync('/bin/sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' })).toBe(
        word,
      );
    },
  );

  it('with a control character is one line, and handed to bash as it is', () => {
    const word = `${attack}'\\$(id)`;
    expect(shellWord(word)).not.toContain('\n');
    expect(
      execFileSync('bash', ['-c', `printf %s ${shellWord(word)}`], {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C.UTF-8' },
      }),
    ).toBe(word);
  });
});

import { expect, it } from '@jest/globals';
import { readableJson } from './readable-json.ts';

it('is the same value, with what has room in a line in one', () => {
  const long = 'x'.repeat(80);
  const value = { model: 'sale', params: [[['ref', '=', 'a"b']], 0, null, {}, []], lines: [{ long }, long] };
  const text = readableJson(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text.split('\n')).toEqual([
    '{',
    '  "model": "sale",',
    '  "params": [[["ref", "=", "a\\"b"]], 0, null, {}, []],',
    '  "lines": [',
    `    { "long": "${long}" },`,
    `    "${long}"`,
    '  ]',
    '}',
  ]);
});

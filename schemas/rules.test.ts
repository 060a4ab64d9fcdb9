import { expect, it } from '@jest/globals';
import { ruleProblems } from './rules.ts';

const problemsOf = (field: object, doc: string | undefined = 'A parcel.') =>
  ruleProblems(
    JSON.stringify({ type: 'record', name: 'Parcel', namespace: 'cartage', doc, fields: [field] }),
  );
const said = { name: 'weight', doc: 'Grams.' };

it.each<[string, object, string]>([
  ['an enumeration', { type: { type: 'enum', name: 'Size', symbols: ['S'] } }, '`Size` is an enumeration'],
  [
    'one in a list',
    { type: { type: 'array', items: { type: 'enum', name: 'Size', symbols: [] } } },
    '`Size`',
  ],
  ['a choice', { type: ['int', 'string'] }, '`Parcel.weight` is string or int'],
  ['a choice of three', { type: ['null', 'int', 'string'], default: null }, 'only ["null", X]'],
  ['null that comes last', { type: ['int', 'null'], default: 0 }, 'only ["null", X]'],
  ['null without its default', { type: ['null', 'int'] }, 'give it "default": null'],
  ['a float', { type: 'double' }, 'write a long of minor units'],
  ['a float that may be null', { type: ['null', 'float'], default: null }, 'floating-point'],
  ['no words', { type: 'int', doc: ' ' }, 'has no doc'],
])('%s is refused, with what to write instead', (_name, field, problem) => {
  expect(problemsOf({ ...said, ...field })).toEqual([expect.stringContaining(problem)]);
});

it('a record without words is refused; what can be read for ever is not', () => {
  expect(problemsOf({ ...said, type: 'int' }, '')).toEqual([expect.stringContaining('record `Parcel`')]);
  for (const type of ['int', 'string', { type: 'array', items: 'long' }, { type: 'bytes' }])
    expect(problemsOf({ ...said, type })).toEqual([]);
  expect(problemsOf({ ...said, type: ['null', 'int'], default: null })).toEqual([]);
});

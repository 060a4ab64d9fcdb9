import { afterEach, expect, it } from '@jest/globals';
import { Defect, Unavailable, keepForeignText, messageOf } from './errors.ts';
import { errorFields } from './telemetry/log.ts';

afterEach(() => keepForeignText(false));

const failing = (work: () => void): Error => {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

const quoting: [string, Error][] = [
  ['a parser', failing(() => JSON.parse('{"name": Jane Doe}'))],
  ['a library', new Error('invalid "string": {"name":"Jane Doe"}')],
  [
    'a database, with a code like one of the system',
    Object.assign(new Error('Customer Jane Doe'), { code: 'EP001', severity: 'ERROR', name: 'error' }),
  ],
];

it.each(quoting)('the text of %s is told to nobody, in no part of a log line', (_who, error) => {
  const cause = new Unavailable({ code: 'x', what: 'It failed', fix: 'Mend it' }, { cause: error });
  expect(messageOf(error)).toContain('its words are left out');
  expect(JSON.stringify([errorFields(error), errorFields(cause)])).not.toMatch(/Jane|Doe/);
  expect(JSON.stringify(errorFields(error))).toContain('errors.test.ts');
  keepForeignText(true);
  expect(JSON.stringify(errorFields(cause))).toContain('Jane');
});

it.each([
  ['our own', new Unavailable({ code: 'x', what: 'It failed', fix: 'Mend it' }), 'It failed. Mend it [x]'],
  ['of a broken rule', new Defect('an offset went back'), 'an offset went back'],
  [
    'of the system',
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    'connect ECONNREFUSED',
  ],
  [
    'of TLS',
    Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    'self-signed certificate',
  ],
  ['of the engine', failing(() => (undefined as unknown as () => void)()), 'undefined is not a function'],
])('a text %s is told', (_whose, error, text) => expect(messageOf(error)).toBe(text));

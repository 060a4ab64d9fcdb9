import { parseEnv } from 'node:util';
import { expect, it } from '@jest/globals';
import { environmentText } from './environment-file.ts';

it('is read by Node as it was, whatever a value holds', () => {
  const variables = {
    PLAIN: 'postgres://cartage@127.0.0.1:5432/erp',
    HASH: 'secret # with a comment sign',
    QUOTES: `it's "quoted"`,
    BACKTICK: "it's a `backtick`",
    ESCAPE: 'not a line break: \\n',
    AUTHORITY: '-----BEGIN CERTIFICATE-----\nMIIB=\n-----END CERTIFICATE-----\n',
    EMPTY: '',
    REFERENCE: '${PLAIN} $PLAIN',
  };
  expect(parseEnv(environmentText(variables))).toEqual(variables);
});

it('says how to pass what no quote can hold', () => {
  expect(() => environmentText({ TOKEN: `'"\`` })).toThrow('TOKEN_FILE');
});

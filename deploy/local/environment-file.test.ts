import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { adoptEnvironment, environmentText } from './environment-file.ts';

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

describe('the command line', () => {
  const text = environmentText({ CARTAGE_CONFIG: 'run.yaml', ERP_DATABASE_URL: 'sandbox', TOKEN_FILE: 'f' });

  it('speaks with what runs here, whatever was exported for a shop of one’s own', () => {
    const exported = { PATH: '/bin', ERP_DATABASE_URL: 'real', ERP_DATABASE_URL_FILE: 'real', TOKEN: 'real' };
    adoptEnvironment(text, exported, ['check']);
    expect(exported).toEqual({
      PATH: '/bin',
      CARTAGE_CONFIG: 'run.yaml',
      ERP_DATABASE_URL: 'sandbox',
      TOKEN: 'real',
      TOKEN_FILE: 'f',
    });
  });

  it.each([
    [['--config', 'my.yaml', 'check'], {}],
    [['check', '--config=my.yaml'], {}],
    [['check'], { CARTAGE_CONFIG: 'my.yaml' }],
  ])('speaks with what a configuration that is named says: %s %s', (words, named) => {
    const exported = { ...named, ERP_DATABASE_URL: 'real' };
    adoptEnvironment(text, exported, words);
    expect(exported).toEqual({ ...named, ERP_DATABASE_URL: 'real' });
  });
});

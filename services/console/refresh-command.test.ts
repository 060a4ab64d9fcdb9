import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { refreshCommand } from './refresh-command.ts';

const command = (key: string | null, topic = 'erp.products', process = 'catalog-applier') =>
  refreshCommand({ process, topic, key });

describe('the command to copy', () => {
  it('is plain where the key is', () => {
    expect(command('main/default/000000001', 'magento.orders')).toBe(
      'cartage refresh magento.orders main/default/000000001',
    );
  });

  it.each(["it's", '$(id)', '`id`', 'a b', '; id', '*', '"', '\\', '-x', '~', '#1', '!!'])(
    'hands a shell the key %s as it is',
    (key) => {
      const shell = `cartage() { shift; test "$1" = -- && shift; printf %s "$2"; }; ${command(key)}`;
      expect(execFileSync('/bin/sh', ['-c', shell], { encoding: 'utf8' })).toBe(key);
    },
  );

  it('is left out where none can be named', () => {
    expect(command(null)).toBeNull();
    expect(command('a\nid')).toBeNull();
    expect(command('x', 'cartage.refresh', 'erp-ingester')).toBeNull();
  });

  it('asks for the order that a request was about', () => {
    expect(command('main/?/7', 'cartage.refresh', 'order-relay')).toBe(
      "cartage refresh magento.orders 'main/?/7'",
    );
  });
});

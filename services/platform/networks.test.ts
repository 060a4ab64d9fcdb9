import { describe, expect, it } from '@jest/globals';
import { Networks, isNetwork, plainAddress } from './networks.ts';

describe('networks', () => {
  it.each(['10.0.0.0/8', '192.0.2.1', '0.0.0.0/0', 'fd00::/8', '::1', '::/0'])('%s is one', (text) => {
    expect(isNetwork(text)).toBe(true);
  });

  it.each([
    '',
    '10.0.0/8',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'fd00::/129',
    'ingress',
    '10.0.0.0/-1',
  ])('"%s" is none', (text) => {
    expect(isNetwork(text)).toBe(false);
  });

  it('include their addresses and no others, of both families', () => {
    const networks = new Networks(['10.0.0.0/8', '192.0.2.1', 'fd00::/8']);
    expect(['10.255.0.1', '192.0.2.1', 'fd12::1'].map((address) => networks.includes(address))).toEqual([
      true,
      true,
      true,
    ]);
    expect(
      ['11.0.0.1', '192.0.2.2', 'fe80::1', '', 'x'].map((address) => networks.includes(address)),
    ).toEqual(Array<boolean>(5).fill(false));
  });
});

it('an IPv4 address on a socket for both families is shown as one', () => {
  expect(['::ffff:10.1.2.3', '10.1.2.3', '::1'].map((address) => plainAddress(address))).toEqual([
    '10.1.2.3',
    '10.1.2.3',
    '::1',
  ]);
});

import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { sourceReader } from './source.ts';

const from = (peer: string, forwarded?: string) =>
  ({
    socket: { remoteAddress: peer },
    headers: { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

describe('the source of a request', () => {
  const read = sourceReader(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);

  it.each<[string, IncomingMessage, string]>([
    ['is the peer', from('203.0.113.5'), '203.0.113.5'],
    ['is the peer, whatever it says of others', from('203.0.113.5', '198.51.100.1'), '203.0.113.5'],
    ['is what a trusted proxy says', from('10.1.2.3', '198.51.100.1'), '198.51.100.1'],
    [
      'is the last one that no trusted proxy is',
      from('10.1.2.3', '6.6.6.6, 198.51.100.1, 192.0.2.7'),
      '198.51.100.1',
    ],
    ['is the proxy itself when it says nothing', from('10.1.2.3'), '10.1.2.3'],
    [
      'is the last proxy when it says what is no address',
      from('10.1.2.3', '198.51.100.1, unknown'),
      '10.1.2.3',
    ],
    ['is the first proxy when there are only proxies', from('10.1.2.3', '10.0.0.9'), '10.0.0.9'],
    ['is found on a socket for both families', from('::ffff:10.1.2.3', '198.51.100.1'), '198.51.100.1'],
    ['is found behind a proxy of the other family', from('fd00::1', '[2001:db8::5]:4711'), '2001:db8::5'],
    ['is found with its port', from('10.1.2.3', '198.51.100.1:4711'), '198.51.100.1'],
  ])('%s', (_name, request, source) => {
    expect(read(request)).toBe(source);
  });

  it('is the peer when no proxy is trusted', () => {
    expect(sourceReader([])(from('10.1.2.3', '198.51.100.1'))).toBe('10.1.2.3');
  });
});

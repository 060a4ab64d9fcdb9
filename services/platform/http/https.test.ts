import { describe, expect, it } from '@jest/globals';
import { httpsProblem } from './https.ts';

describe('https is required', () => {
  it.each([
    'https://shop.example.com/',
    'http://127.0.0.1:8080/',
    'http://127.9.9.9/',
    'http://127.255.255.254/',
    'http://[::1]:8080',
    'http://localhost:1/',
    'http://127.1/',
    'http://0x7f000001/',
    'http://[::ffff:127.0.0.1]/',
    'http://LOCALHOST/',
  ])('%s may be called', (url) => expect(httpsProblem(url)).toBeNull());

  it.each([
    'http://shop.example.com/',
    'http://127.0.0.1.example.com/',
    'http://localhost.example.com',
    'http://10.0.0.1',
    'http://shop.localhost/',
    'http://localhost@shop.example.com/',
    'http://127.0.0.1:80@shop.example.com/',
    'http://[::ffff:10.0.0.1]/',
  ])('%s may not, unless it is switched off by name', (url) => {
    expect(httpsProblem(url)).toContain('allowHttp: true');
    expect(httpsProblem(url, { allowHttp: true })).toBeNull();
  });

  it('says what is no URL at all', () => {
    expect(httpsProblem('shop.example.com')).toContain('is no URL');
    expect(httpsProblem('ftp://shop.example.com', { allowHttp: true })).toContain('neither');
  });
});

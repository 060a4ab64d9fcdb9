import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { HttpAnswer, HttpCall } from '../../platform/http/client.ts';
import { answer, anyCredentials } from '../testing/canned-shop.ts';
import { createMagento } from '../magento.ts';
import { CredentialSets } from './credentials.ts';
import { createRest } from './rest.ts';
import type { RestOptions } from './rest.ts';

function restOf(given: HttpAnswer, options: Partial<RestOptions> = {}) {
  const calls: HttpCall[] = [];
  const signed: string[] = [];
  const rest = createRest({
    http: {
      request: (call) => {
        calls.push(call);
        return Promise.resolve(given);
      },
      close: () => Promise.resolve(),
    },
    credentials: new CredentialSets(() => [anyCredentials]),
    sign: (_credentials, method, url) => {
      signed.push(`${method} ${url}`);
      return 'OAuth x';
    },
    baseUrl: 'https://shop.example.com/',
    ...options,
  });
  return { rest, calls, signed };
}

const call = { method: 'GET' as const, path: ['orders'], shape: z.unknown(), route: 'GET orders' };

describe('a call', () => {
  it('encodes each segment and each pair once, and signs what it sends', async () => {
    const { rest, calls, signed } = restOf(answer(200, '[]'));
    const query = [['searchCriteria[a]', "50% off + A=B & 'x' (*)!"]] as const;
    await rest.call({ ...call, path: ['products', 'A/B 1'], scope: 'all', query });
    const path =
      '/rest/all/V1/products/A%2FB%201?searchCriteria%5Ba%5D=50%25%20off%20%2B%20A%3DB%20%26%20%27x%27%20%28%2A%29%21';
    expect(calls[0]?.path).toBe(path);
    expect(signed).toEqual([`GET https://shop.example.com${path}`]);
    expect(calls[0]?.headers).toEqual({ accept: 'application/json', authorization: 'OAuth x' });
  });

  it('goes to the base URL with its folder and is signed for the URL that the shop sees', async () => {
    const { rest, calls, signed } = restOf(answer(200, '[]'), {
      baseUrl: 'https://www.example.com:8443/shop/',
      signingUrl: 'http://internal/shop',
    });
    await rest.call({ ...call, method: 'POST', body: { a: 1 } });
    expect(calls[0]?.path).toBe('/shop/rest/V1/orders');
    expect(signed).toEqual(['POST http://internal/shop/rest/V1/orders']);
    expect([calls[0]?.body, calls[0]?.headers?.['content-type']]).toEqual(['{"a":1}', 'application/json']);
  });

  it('names an answer of another shape, with the place and without its values', async () => {
    const { rest } = restOf(answer(200, '{"id":{"email":"jane@example.com"}}'));
    const shape = z.object({ id: z.string() });
    const failed = { fault: { code: 'magento.unexpected_shape', why: expect.stringMatching(/^at id: /) } };
    await expect(rest.call({ ...call, shape })).rejects.toMatchObject({ ...failed, outcome: 'none' });
    await expect(rest.call({ ...call, method: 'POST', shape })).rejects.toMatchObject({
      ...failed,
      outcome: 'unknown',
    });
    await expect(rest.call({ ...call, shape })).rejects.not.toThrow('jane');
  });
});

describe('the clock of the shop', () => {
  it('is read from every answer, refusals included', async () => {
    const date = 'Mon, 23 Nov 2026 08:00:10 GMT';
    const { rest } = restOf(answer(404, '{"message":"No such entity."}', { date }), {
      now: () => Date.parse('2026-11-23T08:00:00Z'),
    });
    expect(rest.clock()).toBeNull();
    await expect(rest.call(call)).rejects.toThrow('not_found');
    expect(rest.clock()?.skewMs).toBe(10_500);
  });
});

describe('the address', () => {
  it('must be https unless that is switched off by name', async () => {
    const credentials = () => anyCredentials;
    const options = { baseUrl: 'http://shop.example.com/', credentials, connections: 1, deadlineMs: 1_000 };
    expect(() => createMagento(options)).toThrow('not https');
    await createMagento({ ...options, allowHttp: true }).close();
    await createMagento({ ...options, baseUrl: 'http://127.0.0.1:8080/' }).close();
  });
});

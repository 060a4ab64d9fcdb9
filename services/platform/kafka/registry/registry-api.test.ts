import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createRegistryApi } from './registry-api.ts';
import type { RegistryApi } from './registry-api.ts';

let server: Server;
let api: RegistryApi;
const seen: { url: string; method: string; authorization: string | undefined; body: string }[] = [];

/** Answers everything alike, but questions for the compatibility level with `level` when there is one. */
async function answering(status: number, body: string, level?: string): Promise<RegistryApi> {
  server = createServer((request, response) => void answer(request, response));
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { url, method, headers } = request;
    seen.push({
      url: url!,
      method: method!,
      authorization: headers.authorization,
      body: await text(request),
    });
    const asksLevel = level !== undefined && request.method === 'GET' && request.url!.includes('/config/');
    response
      .writeHead(asksLevel ? 200 : status, { 'content-type': 'application/json' })
      .end(asksLevel ? JSON.stringify({ compatibilityLevel: level }) : body);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  api = createRegistryApi({ url: `http://127.0.0.1:${port}/base/`, username: 'u', password: 'p' });
  return api;
}

afterEach(async () => {
  await api.close();
  await new Promise((resolve) => server.close(resolve));
  seen.length = 0;
});

const record = '{"type":"record","name":"T","fields":[]}';

describe('the registry API', () => {
  it('takes "no such id" only from the registry itself, by its code', async () => {
    const registry = await answering(404, '{"error_code":40403,"message":"Schema not found"}');
    expect(await registry.schemaById(9)).toBeNull();
    expect(seen[0]).toMatchObject({ url: '/base/schemas/ids/9', authorization: 'Basic dTpw' });
  });

  it('asks as the API has it, and takes what it is answered', async () => {
    const registry = await answering(200, '{"id":7,"schema":"text","compatibilityLevel":"FULL"}');
    expect(await registry.schemaById(9)).toBe('text');
    expect(await registry.idOf('a/b-value', record)).toBe(7);
    expect(await registry.compatibility('a/b-value')).toBe('FULL');
    await registry.setCompatibility('a/b-value', 'FULL');
    expect(seen.map(({ url, method, body }) => `${method} ${url} ${body}`.trim())).toEqual([
      'GET /base/schemas/ids/9',
      `POST /base/subjects/a%2Fb-value ${JSON.stringify({ schema: record })}`,
      'GET /base/config/a%2Fb-value',
      'PUT /base/config/a%2Fb-value {"compatibility":"FULL"}',
    ]);
  });

  it.each([
    [40401, { idOf: true, compatibility: true, schemaById: false }],
    [40403, { idOf: true, compatibility: false, schemaById: true }],
    [40408, { idOf: false, compatibility: true, schemaById: false }],
  ])('takes its code %s for "none" where that is what it says', async (code, isNone) => {
    const registry = await answering(404, `{"error_code":${code},"message":"none"}`);
    const asked = {
      idOf: registry.idOf('t-value', record),
      compatibility: registry.compatibility('t-value'),
      schemaById: registry.schemaById(9),
    };
    for (const [name, answer] of Object.entries(asked))
      if (isNone[name as keyof typeof isNone]) expect(await answer).toBeNull();
      else await expect(answer).rejects.toMatchObject({ fault: { code: 'registry.unusable' } });
  });

  it.each(['null', '"text"', '[', ''])('takes no success without an object: %p', async (body) => {
    await expect((await answering(200, body)).schemaById(9)).rejects.toMatchObject({
      fault: {
        code: 'registry.unusable',
        what: 'The schema registry answered 200 to "GET /schemas/ids/N"',
        why: 'HTTP 200',
      },
    });
  });

  it.each(['', '<html>not found</html>', '{"message":"no route"}'])(
    'takes a 404 of a gateway for an unusable registry (%p)',
    async (body) => {
      await expect((await answering(404, body)).schemaById(9)).rejects.toMatchObject({
        name: 'Unavailable',
        fault: { code: 'registry.unusable' },
      });
    },
  );

  it.each([401, 403])('says what to check when it is not let in: %s', async (status) => {
    await expect((await answering(status, '{}')).schemaById(9)).rejects.toMatchObject({
      needsOperator: true,
      fault: { code: 'registry.refused' },
    });
  });

  it('gives a refusal of an incompatible contract in the words of the registry', async () => {
    const registry = await answering(
      409,
      '{"error_code":409,"message":"field x was removed"}',
      'FULL_TRANSITIVE',
    );
    expect(await registry.register('t-value', record)).toEqual({ conflict: 'field x was removed' });
    expect(seen.map(({ authorization }) => authorization)).toEqual(['Basic dTpw', 'Basic dTpw']);
  });

  it('takes a level that somebody else has just set for set', async () => {
    const registry = await answering(409, '{"error_code":409,"message":"exists"}', 'FULL_TRANSITIVE');
    await registry.setCompatibility('t-value', 'FULL_TRANSITIVE');
    await expect(registry.setCompatibility('t-value', 'BACKWARD')).rejects.toMatchObject({
      name: 'Unavailable',
    });
  });

  it('treats any other failure as unavailable', async () => {
    const registry = await answering(503, 'busy');
    await expect(registry.idOf('t-value', '"string"')).rejects.toMatchObject({ name: 'Unavailable' });
    await expect(registry.register('t-value', record)).rejects.toMatchObject({ name: 'Unavailable' });
    await expect(registry.compatibility('t-value')).rejects.toMatchObject({ name: 'Unavailable' });
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRegistryApi } from './registry-api.ts';
import type { RegistryApi } from './registry-api.ts';

let server: Server;
let api: RegistryApi;
const seen: { url: string; authorization: string | undefined }[] = [];

/** Answers everything alike, but questions for the compatibility level with `level` when there is one. */
async function answering(status: number, body: string, level?: string): Promise<RegistryApi> {
  server = createServer((request, response) => {
    seen.push({ url: request.url!, authorization: request.headers.authorization });
    const asksLevel = level !== undefined && request.method === 'GET' && request.url!.includes('/config/');
    response
      .writeHead(asksLevel ? 200 : status, { 'content-type': 'application/json' })
      .end(asksLevel ? JSON.stringify({ compatibilityLevel: level }) : body);
  });
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
    expect(seen[0]).toEqual({ url: '/base/schemas/ids/9', authorization: 'Basic dTpw' });
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

  it('says what to check when it is not let in', async () => {
    await expect((await answering(401, '{}')).schemaById(9)).rejects.toMatchObject({
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

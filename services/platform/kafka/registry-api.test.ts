import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRegistryApi } from './registry-api.ts';
import type { RegistryApi } from './registry-api.ts';

let server: Server;
let api: RegistryApi;
const seen: { url: string; authorization: string | undefined }[] = [];

async function answering(status: number, body: string): Promise<RegistryApi> {
  server = createServer((request, response) => {
    seen.push({ url: request.url!, authorization: request.headers.authorization });
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
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
    const registry = await answering(409, '{"error_code":409,"message":"field x was removed"}');
    expect(await registry.register('t-value', '"string"')).toEqual({ conflict: 'field x was removed' });
  });

  it('treats any other failure as unavailable', async () => {
    const registry = await answering(503, 'busy');
    await expect(registry.idOf('t-value', '"string"')).rejects.toMatchObject({ name: 'Unavailable' });
    await expect(registry.compatibility('t-value')).rejects.toMatchObject({ name: 'Unavailable' });
  });
});

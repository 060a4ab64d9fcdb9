/** Double: a receiver of spans over HTTP. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { exportingProvider } from './span-export.ts';

let received: { path: string; text: string }[];
beforeEach(() => {
  received = [];
});
const server = createServer((request, response) => {
  void buffer(request).then((bytes) => {
    received.push({ path: request.url!, text: bytes.toString('latin1') });
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
});
beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function exported(sampledShare: number, slash = ''): Promise<void> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/otlp${slash}`;
  const provider = exportingProvider(url, { process: 'order-relay', instance: 'us', sampledShare });
  provider.getTracer('test').startSpan('a piece of work').end();
  await provider.shutdown();
}

it('sends spans with who made them to the receiver at its address, with a slash at its end or without', async () => {
  await exported(1);
  await exported(1, '/');
  expect(received.map(({ path }) => path)).toEqual(['/otlp/v1/traces', '/otlp/v1/traces']);
  for (const part of ['a piece of work', 'cartage-order-relay', 'us', `/${process.pid}`])
    expect(received[0]!.text).toContain(part);
});

it('sends the share of new traces that is to be kept', async () => {
  await exported(0);
  expect(received).toEqual([]);
});

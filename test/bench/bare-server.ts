/**
 * The peer of the webhook benchmark: the least that a signed webhook costs in Node. `node:http`, the same check of the
 * signature, JSON.parse, 202. No limits, no ids, no broker. Prints its port, ends with SIGTERM.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { benchSecret } from './deliveries.ts';

const key = Buffer.from(benchSecret.slice('whsec_'.length), 'base64');

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    const { headers } = request;
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.`;
    const expected = createHmac('sha256', key).update(signed).update(body).digest();
    const given = Buffer.from(String(headers['webhook-signature']).slice(3), 'base64');
    const good = given.length === expected.length && timingSafeEqual(given, expected);
    if (good) JSON.parse(body.toString('utf8'));
    response.writeHead(good ? 202 : 401, { 'content-type': 'application/json', 'content-length': 2 });
    response.end('{}');
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.once('SIGTERM', () => process.exit(0));

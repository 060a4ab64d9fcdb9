import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import express from 'express';
import { appOf } from './app.ts';

let close: () => void = () => undefined;
afterEach(() => close());

it('answers show no stack and no message of an error, but tell it to the process', async () => {
  const seen: unknown[] = [];
  const app = appOf(
    (routes) => {
      routes.get('/boom', () => {
        throw new Error('secret at /srv/x.ts');
      });
      routes.post('/json', express.json({ limit: 10 }), (_request, response) => void response.json({}));
    },
    (error) => seen.push(error),
  );
  const server = createServer(app).listen(0, '127.0.0.1');
  close = () => void server.close();
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const got = async (path: string, body?: string) => {
    const headers = { 'content-type': 'application/json', connection: 'close' };
    const answer = await fetch(url + path, body === undefined ? {} : { method: 'POST', body, headers });
    expect(answer.headers.get('x-powered-by')).toBeNull();
    return [answer.status, await answer.text()];
  };
  expect(await got('/boom')).toEqual([500, '{"error":"internal"}']);
  expect(String(seen[0])).toContain('secret');
  expect((await got('/json', '{"a":'))[0]).toBe(400);
  expect(await got('/json', '{"a":"0123456789"}')).toEqual([413, '{"error":"entity.too.large"}']);
  expect(await got('/nothing')).toEqual([404, '{"error":"not_found"}']);
  expect(seen).toHaveLength(1);
});

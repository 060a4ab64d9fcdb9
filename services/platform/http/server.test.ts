import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Defect } from '../errors.ts';
import { startAdminServer } from './server.ts';
import type { AdminServer, AdminServerOptions } from './server.ts';

let server: AdminServer | undefined;
afterEach(() => server?.close());

async function start(options: Partial<AdminServerOptions> = {}): Promise<AdminServer> {
  server = await startAdminServer({
    host: '127.0.0.1',
    port: 0,
    ready: () => ({ kafka: { ok: true } }),
    metrics: () => 'up 1\n',
    closeGraceMs: 50,
    ...options,
  });
  return server;
}

interface Got {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

function get(url: string, options: { method?: string; body?: string; agent?: Agent } = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', body, agent } = options;
    const call = request(url, { method, agent, headers: body ? { 'content-type': 'application/json' } : {} });
    call.on('error', reject);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    call.end(body);
  });
}

describe('the probes', () => {
  it('says ready with the names of the checks', async () => {
    const { url } = await start();
    const answer = await get(`${url}/readyz`);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ ready: true, checks: { kafka: { ok: true } } });
  });

  it('says why it is not ready, also when the check throws', async () => {
    const why = 'no partition assigned';
    const { url } = await start({ ready: () => ({ kafka: { ok: true }, group: { ok: false, why } }) });
    const answer = await get(`${url}/readyz`);
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.body)).toMatchObject({ ready: false, checks: { group: { ok: false, why } } });
    await server?.close();

    const throwing = await start({ ready: () => Promise.reject(new Defect('broker away')) });
    const second = await get(`${throwing.url}/readyz`);
    expect(second.status).toBe(503);
    expect(second.body).toContain('broker away');
  });

  it('stays alive while it is not ready', async () => {
    const { url } = await start({ ready: () => ({ kafka: { ok: false } }) });
    expect(await get(`${url}/livez`)).toMatchObject({ status: 200, body: '{"alive":true}' });
  });

  it('gives the metrics as Prometheus text', async () => {
    const { url } = await start();
    const answer = await get(`${url}/metrics`);
    expect([answer.status, answer.body]).toEqual([200, 'up 1\n']);
    expect(answer.headers['content-type']).toContain('text/plain; version=0.0.4');
  });
});

describe('answers', () => {
  it('carry security headers and do not name the framework', async () => {
    const { url } = await start();
    const { headers } = await get(`${url}/livez`);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('show no message of an error, but tell it to the process', async () => {
    const seen: unknown[] = [];
    const metrics = () => Promise.reject(new Defect('secret at /srv/x.ts'));
    const { url } = await start({ onError: (error) => seen.push(error), metrics });
    const failed = await get(`${url}/metrics`);
    expect([failed.status, failed.body]).toEqual([500, '{"error":"internal"}']);
    expect(String(seen[0])).toContain('secret');
  });

  it('are given to what is asked as it should be, whatever its query', async () => {
    const { url } = await start();
    const nothing = await get(`${url}/nothing`);
    expect([nothing.status, nothing.body]).toEqual([404, '{"error":"not_found"}']);
    expect((await get(`${url}/livez`, { method: 'POST', body: '{}' })).status).toBe(404);
    expect((await get(`${url}/toString`)).status).toBe(404);
    expect((await get(`${url}/livez?verbose`)).status).toBe(200);
    expect(await get(`${url}/livez`, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  it('are refused to whom sends more headers than any caller of ours does', async () => {
    const { url } = await start();
    expect((await get(`${url}/livez?${'x'.repeat(15 * 1_024)}`)).status).toBe(200);
    expect((await get(`${url}/livez?${'x'.repeat(16.5 * 1_024)}`)).status).toBe(431);
  });

  it('of what is no probe are the process’s own, under the same headers', async () => {
    const { url } = await start({ pages: (_request, response) => response.end('a page') });
    const page = await get(`${url}/`);
    expect(page).toMatchObject({ status: 200, body: 'a page' });
    expect(page.headers['x-frame-options']).toBe('DENY');
    expect((await get(`${url}/readyz`)).body).toContain('ready');
  });
});

it('keeps a connection for longer than who is in front of it does, and than a process gets no processor', async () => {
  const agent = new Agent({ keepAlive: true });
  const { headers } = await get(`${(await start()).url}/livez`, { agent });
  expect(headers['keep-alive']).toBe('timeout=65');
  agent.destroy();
});

describe('close', () => {
  it('ends an idle kept-alive connection at once and a stuck one after the grace', async () => {
    const admin = await start();
    const agent = new Agent({ keepAlive: true });
    await get(`${admin.url}/livez`, { agent });
    const stuck = connect(Number(new URL(admin.url).port), '127.0.0.1');
    await new Promise<void>((resolve) => stuck.once('connect', resolve));
    stuck.write('GET /livez HTTP/1.1\r\nhost: x\r\n');
    const ended = new Promise<void>((resolve) => stuck.once('close', () => resolve()));
    stuck.resume();
    await admin.close();
    await ended;
    agent.destroy();
    await expect(get(`${admin.url}/livez`)).rejects.toThrow('ECONNREFUSED');
    await admin.close();
  });
});

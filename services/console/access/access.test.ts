import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import type { Config } from '../../platform/config/schema.ts';
import { Access } from './access.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const password = 'a long password';
const settingsOf = (more: Partial<Config['console']> = {}): Config['console'] => ({
  password,
  viewerPassword: '',
  withoutLogin: false,
  hosts: ['console.example'],
  ...more,
});

async function open(more: Partial<Config['console']> = {}) {
  let [settings, nowMs] = [settingsOf(more), 0];
  const app = express();
  const access = new Access({ instance: 'main', settings: () => settings, now: () => nowMs });
  access.guard(app);
  app.use((request, response) => void response.json(access.visitorOf(request)));
  const server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  ends.push(() => server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    ask: (path: string, headers: Record<string, string> = {}, method = 'GET', body = '') =>
      ask(port, method, path, headers, body),
    change: (changed: Partial<Config['console']>) => (settings = settingsOf(changed)),
    pass: (ms: number) => (nowMs += ms),
  };
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

function ask(port: number, method: string, path: string, headers: Record<string, string>, body: string) {
  return new Promise<Answer>((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }),
      );
    });
    sent.on('error', reject).end(body);
  });
}

type Opened = Awaited<ReturnType<typeof open>>;

function logIn({ ask: send, origin }: Opened, word: string, headers: Record<string, string> = { origin }) {
  const body = new URLSearchParams({ user: 'Jane', password: word }).toString();
  return send('/login', { 'content-type': 'application/x-www-form-urlencoded', ...headers }, 'POST', body);
}

const cookieFrom = ({ headers }: Answer) => String(headers['set-cookie']).split(';')[0]!;

describe('the log-in', () => {
  it('lets nobody through without it, and shows its page', async () => {
    const { ask: send } = await open();
    expect((await send('/api/status')).status).toBe(401);
    expect(await send('/')).toMatchObject({ status: 303, headers: { location: '/login' } });
    const page = await send('/login');
    expect([page.status, page.body]).toEqual([
      200,
      expect.stringContaining('autocomplete="current-password"'),
    ]);
    expect(page.headers['content-security-policy']).toContain("form-action 'self'");
    for (const forged of ['cartage-main=x', 'cartage-main=e30.x', 'cartage-main='])
      expect((await send('/api/status', { cookie: forged })).status).toBe(401);
  });

  it('opens a session for who has the password, until it ends', async () => {
    const opened = await open();
    expect(await logIn(opened, 'wrong')).toMatchObject({
      status: 401,
      body: expect.stringContaining('role="alert"'),
    });
    const answer = await logIn(opened, password);
    expect(answer).toMatchObject({ status: 303, headers: { location: '/' } });
    expect(String(answer.headers['set-cookie'])).toMatch(/; HttpOnly; SameSite=Strict$/);
    const cookie = cookieFrom(answer);
    expect(await opened.ask('/api/status', { cookie })).toMatchObject({
      status: 200,
      body: '{"user":"Jane","role":"operator"}',
    });
    opened.pass(12 * 3_600_000);
    expect((await opened.ask('/api/status', { cookie })).status).toBe(401);
  });

  it('takes the password of a program, and ends all sessions when the password changes', async () => {
    const opened = await open();
    const cookie = cookieFrom(await logIn(opened, password));
    const bearer = (word: string) => opened.ask('/api/status', { authorization: `Bearer ${word}` });
    expect((await bearer(password)).status).toBe(200);
    expect((await bearer('wrong')).status).toBe(401);
    opened.change({ password: 'another long one' });
    expect((await opened.ask('/api/status', { cookie })).status).toBe(401);
    expect((await bearer('another long one')).status).toBe(200);
  });

  it('hears a source that guesses no more for a minute, and its sessions all the while', async () => {
    const opened = await open();
    const cookie = cookieFrom(await logIn(opened, password));
    for (let tries = 0; tries < 10; tries += 1) await logIn(opened, 'wrong');
    expect((await logIn(opened, password)).status).toBe(429);
    expect((await opened.ask('/api/status', { cookie })).status).toBe(200);
    opened.pass(60_000);
    expect((await logIn(opened, password)).status).toBe(303);
  });

  it('is the cookie of https alone on any host but this machine', async () => {
    const opened = await open();
    const host = 'console.example';
    const answer = await logIn(opened, password, { host, origin: `https://${host}` });
    expect(String(answer.headers['set-cookie'])).toMatch(/^__Host-cartage-main=.*; Secure;/);
  });

  it('is left to whoever reaches the port only where the configuration says so', async () => {
    const { ask: send } = await open({ password: '', withoutLogin: true });
    expect((await send('/api/status')).status).toBe(200);
    const { ask: closed } = await open({ password: '' });
    expect((await closed('/api/status')).status).toBe(401);
  });
});

describe('a proxy that knows its users', () => {
  const proxy = (from: string[], groupsHeader?: string) => ({
    password: '',
    proxy: { userHeader: 'x-forwarded-user', from, groupsHeader, operatorGroups: ['ops', 'on call'] },
  });

  it('is believed from its own network', async () => {
    for (const network of ['127.0.0.0/8', '127.0.0.1']) {
      const { ask: send } = await open(proxy([network]));
      const answer = await send('/api/status', { 'x-forwarded-user': 'jane@example.com' });
      expect(answer.body).toBe('{"user":"jane@example.com","role":"operator"}');
      expect((await send('/api/status')).status).toBe(401);
    }
  });

  it('says by their groups who may act, where it names them', async () => {
    const { ask: send, origin } = await open(proxy(['127.0.0.1'], 'x-groups'));
    const statusFor = async (groups: string | null, method = 'POST') => {
      const headers = { origin, 'x-forwarded-user': 'jane', ...(groups !== null && { 'x-groups': groups }) };
      return (await send('/api/status', headers, method)).status;
    };
    expect(await statusFor('sales, on call')).toBe(200);
    expect(await statusFor('sales')).toBe(403);
    expect(await statusFor(null)).toBe(403);
    expect(await statusFor(null, 'GET')).toBe(200);
  });

  it('and from no other', async () => {
    const { ask: send } = await open(proxy(['10.0.0.0/8', '127.0.0.2']));
    expect((await send('/api/status', { 'x-forwarded-user': 'jane' })).status).toBe(401);
  });
});

describe('the password of viewers', () => {
  const viewerPassword = 'only for looking';

  it('opens sessions that look and change nothing, and that no other password opens or ends', async () => {
    const opened = await open({ viewerPassword });
    const { origin } = opened;
    const [viewer, operator] = [
      cookieFrom(await logIn(opened, viewerPassword)),
      cookieFrom(await logIn(opened, password)),
    ];
    const statusOf = async (cookie: string, method: string) =>
      (await opened.ask('/api/anything', { cookie, origin }, method)).status;
    expect((await opened.ask('/api/status', { cookie: viewer })).body).toBe(
      '{"user":"Jane","role":"viewer"}',
    );
    for (const method of ['POST', 'PUT', 'DELETE']) expect(await statusOf(viewer, method)).toBe(403);
    expect(await statusOf(operator, 'POST')).toBe(200);
    const authorization = `Bearer ${viewerPassword}`;
    expect((await opened.ask('/api/anything', { authorization }, 'POST')).status).toBe(403);
    opened.change({ password: 'another long one', viewerPassword });
    expect([await statusOf(viewer, 'GET'), await statusOf(operator, 'GET')]).toEqual([200, 401]);
    opened.change({ viewerPassword: 'looking elsewhere' });
    expect(await statusOf(viewer, 'GET')).toBe(401);
  });

  it('is a log-in by itself, in which nobody acts', async () => {
    const opened = await open({ password: '', viewerPassword });
    expect((await logIn(opened, '')).status).toBe(401);
    const cookie = cookieFrom(await logIn(opened, viewerPassword));
    expect((await opened.ask('/api/status', { cookie })).status).toBe(200);
  });
});

describe('other pages in the same browser', () => {
  it.each(['evil.example', 'evil.example:8000', '127.0.0.1.evil.example', 'localhost.evil.example'])(
    'cannot ask under the name %s',
    async (host) => {
      const { ask: send } = await open({ password: '', withoutLogin: true });
      expect((await send('/api/status', { host })).status).toBe(421);
    },
  );

  it.each(['localhost:8000', '127.0.0.1', '[::1]:8000', 'console.example', 'CONSOLE.example:443'])(
    'do not keep it from answering to %s',
    async (host) => {
      const { ask: send } = await open({ password: '', withoutLogin: true });
      expect((await send('/api/status', { host })).status).toBe(200);
    },
  );

  it('cannot change anything, logged in or not', async () => {
    const opened = await open();
    const cookie = cookieFrom(await logIn(opened, password));
    const post = (headers: Record<string, string>) => opened.ask('/api/refresh', headers, 'POST');
    for (const origin of ['http://evil.example', 'null', `http://127.0.0.1:${opened.port + 1}`])
      expect((await post({ cookie, origin })).status).toBe(403);
    expect((await post({ cookie })).status).toBe(403);
    expect((await logIn(opened, password, { origin: 'http://evil.example' })).status).toBe(403);
    expect((await post({ cookie, origin: opened.origin })).status).toBe(200);
    expect((await post({ authorization: `Bearer ${password}` })).status).toBe(200);
  });
});

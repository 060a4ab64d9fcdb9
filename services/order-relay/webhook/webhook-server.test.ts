/**
 * Real: the HTTP server and its limits, on loopback. Doubles: publishing, the shop's list of stores, a clock that stands
 * still for signatures and rates. Asserted: what a sender is answered, and what was published.
 */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sign } from './schemes/standard-webhooks.ts';
import { Edge, body, bytesOf, headersOf, nowMs, ownScheme } from './testing/edge.ts';
import type { Overrides } from './testing/edge.ts';
import { bodyTimeoutMs } from './webhook-server.ts';

let edge: Edge;
beforeEach(() => {
  edge = new Edge();
});
afterEach(() => edge.close());

const stale = { timestamp: String(nowMs / 1000 - 301) };
const unsigned = { 'content-type': 'application/json', 'content-length': '15000' };
const forged = sign('whsec_AAAA', 'msg_1', String(nowMs / 1000), body);
/** Of an answer in bytes. */
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+) /.exec(answer)?.[1]);

describe('the request line and the headers', () => {
  it.each<[number, string, Overrides, Record<string, string>]>([
    [
      415,
      'another content type',
      { headers: { 'content-type': 'text/plain' } },
      { accept: 'application/json' },
    ],
    [
      415,
      'a compressed body',
      { headers: { 'content-encoding': 'gzip' } },
      { 'accept-encoding': 'identity' },
    ],
    [404, 'another path', { path: '/webhooks/products' }, {}],
    [405, 'another method', { method: 'PUT' }, { allow: 'POST' }],
    [401, 'no signature', { headers: { 'webhook-signature': '' } }, { 'www-authenticate': 'Signature' }],
    [413, 'a body over the limit', { body: Buffer.alloc(16 * 1024 + 1, 32) }, {}],
  ])('%d for %s, and the connection is ended', async (status, _name, overrides, headers) => {
    await edge.open();
    const reply = await edge.deliver(overrides);
    expect(reply.status).toBe(status);
    expect(reply.headers).toMatchObject({ connection: 'close', ...headers });
    expect(edge.published).toEqual([]);
  });

  it.each(['application/json; charset=utf-8', 'Application/JSON;charset=UTF-8'])(
    '%s is JSON',
    async (type) => {
      await edge.open();
      expect((await edge.deliver({ headers: { 'content-type': type } })).status).toBe(202);
    },
  );

  it('411 without any length', async () => {
    await edge.open();
    const { 'content-length': _, ...headers } = headersOf();
    expect(statusOf(await edge.exchange(bytesOf(headers)))).toBe(411);
  });

  it.each<[string, Record<string, string>]>([
    ['without a signature', unsigned],
    ['with a malformed signature', { ...headersOf(), ...unsigned, 'webhook-signature': 'v1,AAAA' }],
    ['with a stale time', { ...headersOf(stale), ...unsigned }],
  ])('a delivery %s is refused before any of its body has come', async (_name, headers) => {
    await edge.open();
    expect(statusOf(await edge.exchange(bytesOf(headers)))).toBe(401);
  });

  it('a refused sender that still sends is let finish, so that it can read why', async () => {
    await edge.open();
    const socket = edge.connect();
    const events: string[] = [];
    for (const event of ['end', 'error']) socket.on(event, () => events.push(event));
    socket.write(bytesOf({ ...headersOf(), 'content-length': '40000' }, 'x'.repeat(20_000)));
    expect(statusOf(String(await once(socket, 'data')))).toBe(413);
    await edge.deliver();
    expect(events).toEqual([]);
    socket.write('x'.repeat(20_000));
    await once(socket, 'end');
    expect(events).toEqual(['end']);
  });

  it('a sender that asks first is told before it sends', async () => {
    await edge.open();
    const asking = { expect: '100-continue' };
    expect(statusOf(await edge.exchange(bytesOf({ ...unsigned, ...asking })))).toBe(401);
    const socket = edge.connect();
    socket.write(bytesOf({ ...headersOf(), ...asking }));
    expect(String(await once(socket, 'data'))).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write(body);
    expect(statusOf(String(await once(socket, 'data')))).toBe(202);
    socket.destroy();
  });

  it('what is pipelined behind a refused request is not heard', async () => {
    await edge.open();
    const good = bytesOf(headersOf(), body);
    const answered = await edge.exchange(
      `${bytesOf({ ...unsigned, 'content-length': '2' }, '{}')}${good}${good}`,
    );
    expect(answered.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(edge.published).toEqual([]);
  });

  it.each<[number, string, string]>([
    [400, 'what is no HTTP', 'hello\r\n\r\n'],
    [400, 'a length and chunks', bytesOf({ ...headersOf(), 'transfer-encoding': 'chunked' }, body)],
    [431, 'headers over 4 KiB', bytesOf({ ...headersOf(), 'x-pad': 'x'.repeat(5_000) }, body)],
  ])('%d for %s', async (status, _name, bytes) => {
    await edge.open();
    expect(statusOf(await edge.exchange(bytes))).toBe(status);
    expect(Object.keys(await edge.answers())).toEqual([expect.stringMatching(`^${status} `)]);
  });
});

describe('the body', () => {
  it('in chunks, which say no length: taken up to the limit, 413 over it', async () => {
    await edge.open();
    const { 'content-length': _, ...headers } = headersOf();
    const chunked = { ...headers, 'transfer-encoding': 'chunked' };
    const half = body.length >> 1;
    const chunkOf = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
    const whole = `${chunkOf(body.slice(0, half))}${chunkOf(body.slice(half))}0\r\n\r\n`;
    const good = await edge.exchange(bytesOf({ ...chunked, connection: 'close' }, whole));
    expect(statusOf(good)).toBe(202);
    const large = chunkOf('x'.repeat(4_000)).repeat(5);
    expect(statusOf(await edge.exchange(bytesOf(chunked, large)))).toBe(413);
    expect(edge.published).toHaveLength(1);
  });

  it('is cut after 5 s, though some of it keeps coming; headers soon after', async () => {
    await edge.open();
    const began = performance.now();
    const sockets = ['', 'POST /webhooks/orders HTTP/1.1\r\n', bytesOf(headersOf())].map((bytes) => {
      const socket = edge.connect();
      socket.write(bytes);
      return socket;
    });
    const dripping = setInterval(() => sockets[2]!.write('x'), 700);
    const answers = await Promise.all(
      sockets.map(async (socket) => {
        const [answer] = (await once(socket, 'data')) as [Buffer];
        return { status: statusOf(String(answer)), tookMs: performance.now() - began };
      }),
    );
    clearInterval(dripping);
    for (const socket of sockets) socket.destroy();
    expect(answers.map(({ status }) => status)).toEqual([408, 408, 408]);
    for (const { tookMs } of answers) expect(tookMs).toBeGreaterThanOrEqual(bodyTimeoutMs);
    // Exactly: see bodies.test.ts. Here a loaded machine may be late, and Node looks for headers once a second.
    for (const { tookMs } of answers) expect(tookMs).toBeLessThan(6 * bodyTimeoutMs);
  });

  it('under way the longest gives way with 503 when the budget is used up, and good ones are taken', async () => {
    await edge.open({ maxBufferedBytes: 45_000 });
    const headers = { ...headersOf(), 'content-length': '16000' };
    const halves = Array.from({ length: 4 }, () => edge.connect());
    const answered = Promise.race(halves.map((socket) => once(socket, 'data')));
    for (const socket of halves) socket.write(bytesOf(headers, 'x'.repeat(15_000)));
    const answer = String(await answered);
    expect(statusOf(answer)).toBe(503);
    expect(answer).toMatch(/retry-after: 1\r\n/);
    expect((await edge.deliver()).status).toBe(202);
    expect((await edge.answers())['503 no_room']).toBe(2);
    for (const socket of halves) socket.destroy();
  });

  it('whose sender goes away, or fails inside us, ends nothing', async () => {
    const proofIn = () => {
      throw new Error('a bug');
    };
    await edge.open({ schemes: [{ ...ownScheme, claimIn: () => ({ proofIn }) }] });
    const socket = edge.connect();
    await once(socket, 'connect');
    socket.write(bytesOf(headersOf(), 'x'), () => socket.resetAndDestroy());
    const reply = await edge.deliver();
    expect(reply).toMatchObject({ status: 500, body: { status: 'internal' } });
    // Nothing more is heard on it: whoever sent on would not be answered.
    expect(reply.headers).toMatchObject({ connection: 'close' });
    expect(edge.errors).toEqual([new Error('a bug')]);
  });
});

describe('the rate', () => {
  it('429 with Retry-After over it, and the connection is kept', async () => {
    await edge.open({ maxPerSecond: 3 });
    const replies = await Promise.all(
      Array.from({ length: 5 }, (_, index) => edge.deliver({ id: `msg_${index}` })),
    );
    const statuses = replies.map(({ status }) => status).toSorted((left, right) => left - right);
    expect(statuses).toEqual([202, 202, 202, 429, 429]);
    expect(replies.find(({ status }) => status === 429)?.headers['retry-after']).toBe('1');
    expect(edge.published).toHaveLength(3);
  });

  it('is each source’s own', async () => {
    await edge.open({ maxPerSecond: 1 });
    const statusFrom = async (localAddress: string, id: string) =>
      (await edge.deliver({ localAddress, id })).status;
    expect(await statusFrom('127.0.0.1', 'msg_1')).toBe(202);
    expect(await statusFrom('127.0.0.1', 'msg_2')).toBe(429);
    expect(await statusFrom('127.0.0.2', 'msg_3')).toBe(202);
  });

  it('is counted by what a trusted proxy says, and by nobody else’s word', async () => {
    await edge.open({ maxPerSecond: 1, trustedProxies: ['127.0.0.1'] });
    const statusFor = async (localAddress: string, source: string, id: string) =>
      (await edge.deliver({ localAddress, id, headers: { 'x-forwarded-for': source } })).status;
    expect(await statusFor('127.0.0.1', '192.0.2.1', 'msg_1')).toBe(202);
    expect(await statusFor('127.0.0.1', '192.0.2.2', 'msg_2')).toBe(202);
    expect(await statusFor('127.0.0.1', '192.0.2.2', 'msg_3')).toBe(429);
    expect(await statusFor('127.0.0.9', '192.0.2.3', 'msg_4')).toBe(202);
    expect(await statusFor('127.0.0.9', '192.0.2.4', 'msg_5')).toBe(429);
  });

  it('is not used up by what nobody has signed, not even from the same source', async () => {
    await edge.open({ maxPerSecond: 1 });
    for (const overrides of [{ signature: '' }, { signature: forged }, stale, { signature: forged }])
      expect((await edge.deliver(overrides)).status).toBe(401);
    expect((await edge.deliver()).status).toBe(202);
  });
});

describe('connections', () => {
  it('that say nothing make room for those that do', async () => {
    await edge.open({ maxConnections: 3 });
    const silent = Array.from({ length: 3 }, () => edge.connect());
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    const ended = once(silent[0]!, 'close');
    expect((await edge.deliver()).status).toBe(202);
    await ended;
    expect((await edge.answers())['0 too_many_connections']).toBe(1);
    for (const socket of silent) socket.destroy();
  });

  it('that brought a signed delivery are kept', async () => {
    await edge.open({ maxConnections: 2 });
    const proven = edge.connect();
    proven.write(bytesOf(headersOf(), body));
    await once(proven, 'data');
    const others = [edge.connect(), edge.connect()];
    await once(others[0]!, 'close');
    proven.write(bytesOf(headersOf({ id: 'msg_2' }), body));
    expect(statusOf(String(await once(proven, 'data')))).toBe(202);
    for (const socket of [proven, ...others]) socket.destroy();
  });
});

it('503 while the flow is off', async () => {
  await edge.open({ take: null });
  expect(await edge.deliver()).toMatchObject({
    status: 503,
    headers: { 'retry-after': '60' },
    body: { status: 'switched_off' },
  });
});

describe('the count of answers', () => {
  it('shows every refusal at 0 before the first, so that the first burst is an increase', async () => {
    await edge.open();
    const before = await edge.shown();
    expect(Object.values(before).every((count) => count === 0)).toBe(true);
    for (const overrides of [{ method: 'PUT' }, { path: '/webhooks/products' }, { body: Buffer.from('{}') }])
      await edge.deliver(overrides);
    expect(Object.keys(await edge.shown())).toEqual(Object.keys(before));
    expect(Object.keys(await edge.answers())).toHaveLength(3);
  });
});

describe('a close', () => {
  it('goes on taking deliveries for the delay, each the last of its connection, and lets those under way end', async () => {
    await edge.open({ shutdownDelayMs: 500 });
    const acknowledged = Promise.withResolvers<void>();
    const idle = edge.connect();
    idle.write(bytesOf(headersOf({ id: 'msg_0' }), body));
    await once(idle, 'data');
    let isClosed = false;
    const closed = edge.close().then(() => (isClosed = true));
    const answer = await edge.exchange(bytesOf(headersOf(), body));
    expect(answer).toMatch(/^HTTP\/1\.1 202 [^]*\r\nconnection: close\r\n/);
    edge.publish = () => acknowledged.promise;
    const underWay = edge.deliver({ id: 'msg_2' });
    await once(idle, 'close');
    expect(isClosed).toBe(false);
    await expect(edge.deliver({ id: 'msg_3' })).rejects.toThrow('ECONNREFUSED');
    acknowledged.resolve();
    expect((await underWay).status).toBe(202);
    await closed;
  });
});

import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Unavailable } from '../errors.ts';
import { LeaseLost, underFence } from '../fence.ts';
import { createHttpClient } from './client.ts';
import type { AnswerNote, HttpCall, HttpClientOptions } from './client.ts';

const releasers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const release of releasers.splice(0).toReversed()) await release();
});

async function listen(listener: RequestListener): Promise<{ origin: string; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  releasers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

function clientOf(origin: string, options: Partial<HttpClientOptions> = {}) {
  const client = createHttpClient({ name: 'Peer', origin, connections: 2, deadlineMs: 2_000, ...options });
  releasers.push(() => client.close());
  return client;
}

async function failure(promise: Promise<unknown>): Promise<Unavailable> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Unavailable);
  return error as Unavailable;
}

async function unusedOrigin(): Promise<string> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const post: HttpCall = { method: 'POST', path: '/x', body: '{}', route: 'POST x' };

describe('what is sent and what comes back', () => {
  it('sends the path as it is, its own headers and those of the hook', async () => {
    const seen: IncomingMessage[] = [];
    const { origin } = await listen((request, response) => {
      seen.push(request);
      response.writeHead(418, { 'X-Two': ['a', 'b'] }).end('Größe');
    });
    const notes: AnswerNote[] = [];
    const client = clientOf(origin, {
      headers: () => ({ traceparent: '00-1-2-01' }),
      onAnswer: (note) => notes.push(note),
      now: () => 40,
    });
    const path = '/products/A%2FB%201?a[0]=%2B&b=%5b';
    const answer = await client.request({ method: 'GET', path, headers: { accept: 'a/b' }, route: 'GET x' });
    expect(answer).toMatchObject({ status: 418, body: 'Größe', headers: { 'x-two': 'a, b' } });
    expect(seen[0]?.url).toBe(path);
    expect(seen[0]?.headers).toMatchObject({ traceparent: '00-1-2-01', accept: 'a/b' });
    expect(notes).toEqual([{ status: 418, durationMs: 0, method: 'GET', route: 'GET x' }]);
  });

  it('follows no redirect', async () => {
    let calls = 0;
    const { origin } = await listen((_request, response) => {
      calls += 1;
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect((await clientOf(origin).request({ method: 'GET', path: '/' })).status).toBe(302);
    expect(calls).toBe(1);
  });
});

describe('a request that was never written had no effect', () => {
  it('refused connection', async () => {
    const error = await failure(clientOf(await unusedOrigin()).request(post));
    expect(error).toMatchObject({
      outcome: 'none',
      perhapsRecord: false,
      fault: { code: 'http.not_connected' },
    });
    expect(error.fault.why).toContain('ECONNREFUSED');
  });

  it('unknown name', async () => {
    const error = await failure(clientOf('http://nothing.invalid').request(post));
    expect(error).toMatchObject({ outcome: 'none', fault: { code: 'http.not_connected' } });
  });

  it('TLS spoken to a server that has none', async () => {
    const { origin } = await listen((_request, response) => response.end());
    const error = await failure(clientOf(origin.replace('http:', 'https:')).request(post));
    expect(error).toMatchObject({ outcome: 'none', fault: { code: 'http.not_connected' } });
  });

  it('deadline while it waits for a free connection, and it is not sent afterwards either', async () => {
    const paths: string[] = [];
    const hold = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const { origin } = await listen((request, response) => {
      paths.push(request.url!);
      arrived.resolve();
      void hold.promise.then(() => response.end('ok'));
    });
    const client = clientOf(origin, { connections: 1 });
    const first = client.request({ ...post, path: '/first' });
    await arrived.promise;
    const error = await failure(client.request({ ...post, path: '/second', deadlineMs: 60 }));
    expect(error).toMatchObject({
      outcome: 'none',
      perhapsRecord: false,
      fault: { code: 'http.deadline' },
    });
    hold.resolve();
    await first;
    await client.request({ ...post, path: '/third' });
    expect(paths).toEqual(['/first', '/third']);
  });

  it('has all of its time from its turn on, however long it waited', async () => {
    const deadlineMs = 10_000;
    const holds: (() => void)[] = [];
    let arrived = Promise.withResolvers<void>();
    const { origin } = await listen((_request, response) => {
      holds.push(() => response.end('ok'));
      arrived.resolve();
    });
    const clock = { wallMs: 1_000_000 };
    const now = () => clock.wallMs;
    const notes: number[] = [];
    const onAnswer = ({ durationMs }: AnswerNote) => notes.push(durationMs);
    // Its connection takes a moment.
    const headers = () => ({ 'x-at': String((clock.wallMs += 1)) });
    const client = clientOf(origin, { connections: 1, deadlineMs, wallMs: now, now, headers, onAnswer });
    const others = ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask'] as const;
    jest.useFakeTimers({ doNotFake: [...others, 'setImmediate', 'clearImmediate'] });
    releasers.push(() => void jest.useRealTimers());
    const almostAll = () => {
      jest.advanceTimersByTime(deadlineMs - 1);
      clock.wallMs += deadlineMs - 1;
    };
    const first = client.request({ ...post, path: '/first' });
    await arrived.promise;
    arrived = Promise.withResolvers();
    const second = client.request({ ...post, path: '/second' });
    almostAll();
    holds[0]!();
    await first;
    await Promise.race([arrived.promise, second]);
    almostAll();
    holds[1]!();
    expect(await second).toMatchObject({ status: 200, body: 'ok' });
    expect(notes.at(-1)).toBe(deadlineMs);
  });

  it.each([
    ['the lease has ended', 0, LeaseLost],
    ['the machine has slept past its deadline', 60_000, Unavailable],
  ])('while it waited for a free connection %s', async (_what, sleptMs, refusal) => {
    const paths: string[] = [];
    const hold = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const { origin } = await listen((request, response) => {
      paths.push(request.url!);
      arrived.resolve();
      void hold.promise.then(() => response.end('ok'));
    });
    const clock = { wallMs: 1_000_000 };
    const client = clientOf(origin, { connections: 1, deadlineMs: 10_000, wallMs: () => clock.wallMs });
    const first = client.request({ ...post, path: '/first' });
    await arrived.promise;
    const fence = { current: true, isCurrent: () => fence.current };
    const waiting = underFence(fence, () => client.request({ ...post, path: '/second' }));
    const refused = expect(waiting).rejects.toBeInstanceOf(refusal);
    // Timers stand still in a sleep: only the wall clock tells.
    clock.wallMs += sleptMs;
    fence.current = sleptMs > 0;
    hold.resolve();
    await first;
    await refused;
    expect(paths).toEqual(['/first']);
  });
});

describe('a request that was written may have been carried out', () => {
  it('connection reset after the request', async () => {
    const { origin } = await listen((request) => request.socket.destroy());
    const error = await failure(clientOf(origin).request(post));
    expect(error).toMatchObject({
      outcome: 'unknown',
      perhapsRecord: true,
      fault: { code: 'http.connection_lost' },
    });
  });

  it('answer cut in the middle', async () => {
    const { origin } = await listen((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"id":', () => request.socket.destroy());
    });
    expect(await failure(clientOf(origin).request(post))).toMatchObject({ outcome: 'unknown' });
  });

  it('no answer within the deadline, and its connection is given up with it', async () => {
    const closed = Promise.withResolvers<void>();
    const { origin } = await listen((request) => request.socket.once('close', () => closed.resolve()));
    const error = await failure(clientOf(origin, { deadlineMs: 1_000 }).request(post));
    await closed.promise;
    expect(error).toMatchObject({
      outcome: 'unknown',
      perhapsRecord: true,
      fault: { code: 'http.deadline' },
    });
  });

  it('a body that drips does not escape the deadline', async () => {
    const { origin } = await listen((request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('x'), 10);
      request.socket.on('close', () => clearInterval(drip));
    });
    const notes: AnswerNote[] = [];
    const client = clientOf(origin, { deadlineMs: 1_000, onAnswer: (note) => notes.push(note) });
    // Without a deadline it would never end.
    const error = await failure(client.request(post));
    expect(error).toMatchObject({ outcome: 'unknown', fault: { code: 'http.deadline' } });
    expect(notes[0]?.status).toBe(0);
  });

  it('but a GET has no effect, whatever happened to it', async () => {
    const { origin } = await listen((request) => request.socket.destroy());
    const error = await failure(clientOf(origin).request({ method: 'GET', path: '/' }));
    expect(error).toMatchObject({ outcome: 'none', fault: { code: 'http.connection_lost' } });
  });
});

describe('limits', () => {
  it('refuses a body over the limit, which may be the fault of the record', async () => {
    const { origin } = await listen((_request, response) => response.end('x'.repeat(2_000)));
    const error = await failure(clientOf(origin, { maxBodyBytes: 1_000 }).request(post));
    expect(error).toMatchObject({ perhapsRecord: true, fault: { code: 'http.body_too_large' } });
  });

  it('keeps to the number of connections', async () => {
    let busy = 0;
    let most = 0;
    const { origin } = await listen((_request, response) => {
      busy += 1;
      most = Math.max(most, busy);
      setTimeout(() => {
        busy -= 1;
        response.end();
      }, 10);
    });
    const client = clientOf(origin, { connections: 2 });
    await Promise.all(Array.from({ length: 8 }, () => client.request(post)));
    expect(most).toBe(2);
  });

  it('ends when the caller gives up', async () => {
    const { origin } = await listen(() => undefined);
    const caller = new AbortController();
    const pending = failure(clientOf(origin).request({ ...post, signal: caller.signal }));
    caller.abort(new Error('shutting down'));
    expect((await pending).fault.why).toBe('shutting down');
    const again = await failure(clientOf(origin).request({ ...post, signal: caller.signal }));
    expect(again.outcome).toBe('none');
  });
});

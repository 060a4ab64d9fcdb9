/** Doubles: the log-in, the topics. Real: Express. What several people ask at once. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { audit } from '../../../schemas/topics.ts';
import { RecordingBus } from '../../platform/flow/testing/recording-bus.ts';
import { appOf } from './app.ts';
import { consoleRoutes } from './routes.ts';
import type { ConsoleRoutes } from './routes.ts';

let bus: RecordingBus;
/** Resolves what an act reads first. */
let letRead: () => void;
/** Resolves when an act has begun to read. */
let begun: Promise<void>;
let faults: unknown[];
let close: () => void;
let url: string;

beforeEach(async () => {
  bus = new RecordingBus();
  faults = [];
  const begins = Promise.withResolvers<void>();
  begun = begins.promise;
  const { promise: mayRead, resolve } = Promise.withResolvers<void>();
  letRead = resolve;
  const readAll: RecordingBus['readAll'] = async (contract, options) => {
    begins.resolve();
    await mayRead;
    return bus.readAll(contract, options);
  };
  const publish = bus.publish.bind(bus);
  const access = {
    guard: () => undefined,
    visitorOf: (request: { get(name: string): string }) => ({ user: request.get('who'), role: 'operator' }),
  };
  const asked = (key: string) => Promise.resolve({ key });
  const routes = {
    access,
    story: asked,
    stockAt: asked,
    acts: { instance: 'main', bus: { readAll, publish } },
  } as unknown as ConsoleRoutes;
  const app = appOf(
    (express) => consoleRoutes(express, routes),
    (fault) => faults.push(fault),
  );
  const server = createServer(app).listen(0, '127.0.0.1');
  close = () => void server.close();
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
});
afterEach(() => {
  // Whoever waits for it after all is answered, so that the server ends.
  letRead();
  close();
  expect(faults).toEqual([]);
});

const pause = (who: string) =>
  fetch(`${url}/controls`, {
    method: 'POST',
    body: JSON.stringify({ flow: 'order-exporter', action: 'pause', reason: 'r' }),
    headers: { 'content-type': 'application/json', connection: 'close', who },
  });
const statusOf = async (path: string) => {
  const answer = await fetch(url + path, { headers: { connection: 'close', who: 'ada' } });
  return [answer.status, ((await answer.json()) as { what?: string }).what ?? null];
};

describe('acts', () => {
  it('of others are refused at once while one is done, and never done later', async () => {
    const first = pause('ada');
    await begun;
    const others = await Promise.all([pause('bob'), pause('cyd'), pause('ada')]);
    expect(others.map(({ status }) => status)).toEqual([503, 503, 503]);
    letRead();
    expect((await first).status).toBe(200);
    expect((await pause('bob')).status).toBe(200);
    expect(bus.broker.values(audit).map(({ actor }) => actor)).toEqual(['ada', 'bob']);
  });
});

describe.each(['/story?key=', '/stock-at?at=2026-11-23T10:03:00Z&sku='])('GET /api%s', (path) => {
  it('refuses what is no key, and says so', async () => {
    for (const none of ['', '%20', 'x'.repeat(201)])
      expect(await statusOf(path + none)).toEqual([400, expect.stringContaining('No key')]);
    expect(await statusOf(`${path}CHAIR`)).toEqual([200, null]);
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { get } from 'node:http';
import { afterEach, expect, it } from '@jest/globals';
import express from 'express';
import { LiveFeed } from './live-feed.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function open(options: Partial<ConstructorParameters<typeof LiveFeed>[0]> = {}) {
  let pushes = 0;
  const feed = new LiveFeed({ snapshot: () => String((pushes += 1)), intervalMs: 50, ...options });
  const app = express().get('/', (request, response) => feed.serve(request, response));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    feed.close();
    server.close();
  });
  return { feed, port: (server.address() as AddressInfo).port, pushes: () => pushes };
}

/** Reads until `text` has come; the status when the answer ends before. */
function readUntil(port: number, text: string): Promise<string | number> {
  return new Promise((resolve) => {
    const call = get({ port, host: '127.0.0.1', agent: false }, (answer) => {
      let got = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        got += chunk;
        if (got.includes(text)) resolve(got);
      });
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    ends.push(() => call.destroy());
  });
}

it('sends what is true now at once, and after many changes one status', async () => {
  const { feed, port, pushes } = await open();
  const second = readUntil(port, 'data: 2\n\n');
  await readUntilPushed(() => pushes() === 1);
  for (let index = 0; index < 1_000; index += 1) feed.changed();
  expect(await second).toContain('event: status\ndata: 1\n\n');
  expect(pushes()).toBe(2);
});

it('makes no status while no page is open', async () => {
  const { feed, pushes } = await open({ intervalMs: 0 });
  feed.changed();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(pushes()).toBe(0);
});

it('says something now and then when nothing happens', async () => {
  const { port } = await open({ idleMs: 20 });
  expect(await readUntil(port, 'data: 2\n\n')).toContain('data: 2');
});

it('refuses more pages than it can serve, and ends them all when it closes', async () => {
  const { feed, port, pushes } = await open({ maxClients: 1 });
  const first = readUntil(port, 'never');
  await readUntilPushed(() => pushes() === 1);
  expect(await readUntil(port, 'never')).toBe(503);
  feed.close();
  expect(await first).toBe(200);
});

async function readUntilPushed(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

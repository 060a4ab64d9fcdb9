import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { get } from 'node:http';
import { afterEach, expect, it, jest } from '@jest/globals';
import express from 'express';
import { LiveFeed } from './live-feed.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function open(options: Partial<ConstructorParameters<typeof LiveFeed>[0]> = {}) {
  let pushes = 0;
  const allowed = new Set(['one', 'other']);
  const feed = new LiveFeed({ snapshot: () => String((pushes += 1)), intervalMs: 50, ...options });
  const app = express().get('/', (request, response) => {
    const source = request.query.from as string;
    feed.serve(response, source, () => allowed.has(source));
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    feed.close();
    server.close();
  });
  return { feed, allowed, port: (server.address() as AddressInfo).port, pushes: () => pushes };
}

/** Reads until `text` has come; the status when the answer ends before. */
function readUntil(port: number, text: string, from = 'one'): Promise<string | number> {
  return new Promise((resolve) => {
    const call = get({ port, host: '127.0.0.1', path: `/?from=${from}`, agent: false }, (answer) => {
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

it('makes one status for all pages that open at once, and a new one when something has changed', async () => {
  const { feed, port, pushes } = await open({ intervalMs: 60_000 });
  const all = await Promise.all(Array.from({ length: 20 }, () => readUntil(port, 'data: 1\n\n')));
  expect([all.length, pushes()]).toEqual([20, 1]);
  feed.changed();
  expect(await readUntil(port, 'data: 2\n\n')).toContain('event: status');
});

it('makes no status while no page is open, however long that is', () => {
  jest.useFakeTimers();
  ends.push(() => jest.useRealTimers());
  let pushes = 0;
  const feed = new LiveFeed({ snapshot: () => String((pushes += 1)) });
  feed.changed();
  jest.advanceTimersByTime(3_600_000);
  expect(pushes).toBe(0);
  feed.close();
});

/** A page whose connection takes nothing more until it is read. */
class SlowPage extends EventEmitter {
  writableLength = 0;
  readonly got: string[] = [];
  set = () => this;
  end = () => this.emit('close');
  write = (text: string | Buffer) => void this.got.push(String(text));
}

it('skips a page that reads too slowly, and tells it the newest when it has caught up', () => {
  jest.useFakeTimers();
  ends.push(() => jest.useRealTimers());
  let made = 0;
  const feed = new LiveFeed({ snapshot: () => String((made += 1)), intervalMs: 50 });
  ends.push(() => feed.close());
  const page = new SlowPage();
  feed.serve(page as never, 'one', () => true);
  const told = () => page.got.filter((text) => text.includes('data: '));
  expect(told()).toHaveLength(1);
  page.writableLength = 1;
  for (let round = 0; round < 5; round += 1) {
    feed.changed();
    jest.advanceTimersByTime(100);
  }
  expect(told()).toHaveLength(1);
  page.writableLength = 0;
  page.emit('drain');
  jest.advanceTimersByTime(100);
  expect(told().slice(1)).toEqual([`event: status\ndata: ${made}\n\n`]);
  // It is gone: nothing is made for nobody.
  const before = made;
  page.emit('close');
  feed.changed();
  jest.advanceTimersByTime(1_000);
  expect([told().length, made]).toEqual([2, before]);
});

it('says something now and then when nothing happens', async () => {
  const { port } = await open({ idleMs: 20 });
  expect(await readUntil(port, 'data: 2\n\n')).toContain('data: 2');
});

it('ends the oldest page of whoever has most, never one of another, where there are too many', async () => {
  const { port, pushes } = await open({ maxClients: 3, intervalMs: 0 });
  const other = readUntil(port, 'data: 9\n', 'other');
  await readUntilPushed(() => pushes() === 1);
  const [oldest] = [readUntil(port, 'never'), await readUntilPushed(() => pushes() === 2)];
  void readUntil(port, 'never');
  await readUntilPushed(() => pushes() === 3);
  const newest = readUntil(port, 'data: 4\n');
  expect(await oldest).toBe(200);
  expect(await newest).toContain('data: 4');
  for (let more = 0; more < 5; more += 1) await readUntil(port, 'data: ');
  expect(await Promise.race([other, Promise.resolve('still open')])).toBe('still open');
});

it('ends a page whose log-in has ended, and all when it closes', async () => {
  const { feed, allowed, port, pushes } = await open({ intervalMs: 0 });
  const [one, other] = [readUntil(port, 'never'), readUntil(port, 'never', 'other')];
  await readUntilPushed(() => pushes() === 2);
  allowed.delete('one');
  feed.changed();
  expect(await one).toBe(200);
  expect(await Promise.race([other, Promise.resolve('still open')])).toBe('still open');
  feed.close();
  expect(await other).toBe(200);
});

async function readUntilPushed(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { freePort, isFree, loopback } from './ports.ts';

describe('freePort', () => {
  it('gives the preferred port when it is free, once', async () => {
    const preferred = await freePort();
    // Another process would ask for it afresh; this one remembers that it gave it out.
    expect(await freePort(preferred)).not.toBe(preferred);
    expect(await isFree(preferred)).toBe(true);
  });

  it('looks in a part of its own first, so that two processes do not find the same', async () => {
    const parts = new Set<number>();
    for (let count = 0; count < 20; count += 1) parts.add(Math.floor((await freePort()) / 200));
    expect(parts.size).toBe(1);
  });

  it('gives another one when somebody listens there', async () => {
    const server = createServer().listen(0, loopback);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const given = await freePort(port);
    expect(given).not.toBe(port);
    expect(await isFree(given)).toBe(true);
    server.close();
  });
});

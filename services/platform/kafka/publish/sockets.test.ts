/** Real: sockets of this machine, with a peer that reads nothing unless it is told to. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Sockets } from './sockets.ts';

let server: Server;
let peers: Socket[];

beforeEach(async () => {
  peers = [];
  server = createServer({ pauseOnConnect: true }, (peer) => {
    peer.on('error', () => undefined);
    peers.push(peer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const peer of peers) peer.destroy();
  server.close();
});

interface Connection {
  socket: Socket;
  errors: Error[];
  connected: Promise<void>;
  closed: Promise<void>;
}

function connectThrough(sockets: Sockets): Connection {
  const { promise: connected, resolve } = Promise.withResolvers<void>();
  const { port } = server.address() as AddressInfo;
  const socket = sockets.factory({ host: '127.0.0.1', port, ssl: undefined as never, onConnect: resolve });
  const errors: Error[] = [];
  socket.on('error', (error) => errors.push(error));
  return { socket, errors, connected, closed: closeOf(socket) };
}

function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

describe('the sockets of a producer, when they are reset', () => {
  it('tell whoever waits for an answer at once', async () => {
    const sockets = new Sockets();
    const { errors, connected, closed } = connectThrough(sockets);
    await connected;
    sockets.reset();
    // And once, though something else is given up in the same moment.
    sockets.reset();
    await closed;
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('given up')]);
  });

  it('say nothing of a connection that has ended before', async () => {
    const sockets = new Sockets();
    const { socket, errors, connected, closed } = connectThrough(sockets);
    await connected;
    socket.destroy();
    await closed;
    sockets.reset();
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toEqual([]);
  });

  it('never deliver what the peer has not taken yet', async () => {
    const sockets = new Sockets();
    const { socket, connected, closed } = connectThrough(sockets);
    const sizeBytes = 64 * 1024 * 1024;
    await connected;
    socket.write(Buffer.alloc(sizeBytes));
    sockets.reset();
    await closed;
    const [peer] = peers;
    let receivedBytes = 0;
    peer!.on('data', (bytes) => (receivedBytes += bytes.length)).resume();
    await closeOf(peer!);
    expect(receivedBytes).toBeLessThan(sizeBytes);
  });

  it('by what is asked before each write, leave it unwritten', async () => {
    const sockets: Sockets = new Sockets(() => sockets.reset());
    const { socket, errors, connected, closed } = connectThrough(sockets);
    await connected;
    socket.write('late');
    // kafkajs counts the request among those that wait for an answer only now; told before, it would wait for ever.
    expect(errors).toHaveLength(0);
    await closed;
    expect([errors.length, socket.bytesWritten]).toEqual([1, 0]);
  });

  it('make no other connection, by which the same attempt could go on', async () => {
    const sockets = new Sockets();
    sockets.reset();
    const { errors, closed } = connectThrough(sockets);
    await closed;
    expect(errors).toHaveLength(1);
    expect(peers).toHaveLength(0);
  });

  it('give up a connection that is still being made', async () => {
    const sockets = new Sockets();
    const { errors, closed } = connectThrough(sockets);
    sockets.reset();
    await closed;
    expect(errors).toHaveLength(1);
  });
});

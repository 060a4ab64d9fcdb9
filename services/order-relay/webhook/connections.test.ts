import { Socket } from 'node:net';
import { expect, it } from '@jest/globals';
import { Connections } from './connections.ts';

const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

it('the oldest connection without a signed delivery makes room for a new one', async () => {
  let ended = 0;
  const connections = new Connections(3, () => (ended += 1));
  const sockets = Array.from({ length: 5 }, () => new Socket());
  const [proven, oldest, next, fourth, fifth] = sockets as [Socket, Socket, Socket, Socket, Socket];
  for (const socket of [proven, oldest, next]) connections.opened(socket);
  connections.proven(proven);
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, false, false, false, false]);
  connections.opened(fourth);
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, true, false, false, false]);
  connections.opened(fifth);
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, true, true, false, false]);
  expect(ended).toBe(2);
});

it('a connection that was closed makes room, and when all are proven the new one goes', async () => {
  const connections = new Connections(2, () => undefined);
  const [first, second, third, fourth] = Array.from({ length: 4 }, () => new Socket()) as [
    Socket,
    Socket,
    Socket,
    Socket,
  ];
  for (const socket of [first, second]) {
    connections.opened(socket);
    connections.proven(socket);
  }
  first.destroy();
  await closed(first);
  connections.opened(third);
  connections.proven(third);
  expect([second.destroyed, third.destroyed]).toEqual([false, false]);
  connections.opened(fourth);
  expect([second.destroyed, third.destroyed, fourth.destroyed]).toEqual([false, false, true]);
});

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

export const loopback = '127.0.0.1';

/**
 * Free ports are looked for here, below the range from which the system takes the local ports of outgoing
 * connections (32768 and up on Linux, 49152 elsewhere): a port found by listening on 0 comes from that range,
 * and a Java program that binds it seconds later may find a connection sitting on it.
 */
const searchFrom = 20_000;
const searchTo = 32_000;
/**
 * A port is found by one who will have it bound seconds later, and test files look side by side: each process looks in a
 * part of its own, chosen by its id, before it looks everywhere.
 */
const partSize = 200;
const partFrom = searchFrom + (process.pid % ((searchTo - searchFrom) / partSize)) * partSize;

const givenOut = new Set<number>();

/**
 * A port on loopback that nobody listens on: the preferred one if it is free, else another.
 * None is given out twice by one process. Another process may still take it before it is bound.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await take(preferred))) return preferred;
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = attempt < 100 ? randomInt(partFrom, partFrom + partSize) : randomInt(searchFrom, searchTo);
    if (await take(port)) return port;
  }
  throw new Error(`No free port found on ${loopback} between ${searchFrom} and ${searchTo}.`);
}

async function take(port: number): Promise<boolean> {
  if (givenOut.has(port) || !(await isFree(port))) return false;
  givenOut.add(port);
  return true;
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: loopback, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

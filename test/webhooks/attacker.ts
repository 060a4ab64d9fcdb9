/**
 * One wave of an attack, in a process of its own: `node attacker.ts JSON`. So many connections of each kind at once, each
 * made anew as often as it is ended, until its standard input ends and enough were open at once. Loopback only. Prints how
 * many connections there were and how many were open at once, as JSON.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Random } from '../../services/platform/flow/testing/random.ts';
import { headersOf } from './sender.ts';

export type Kind =
  'huge' | 'forged' | 'chunked' | 'greedy' | 'dripping' | 'silent' | 'halfHeader' | 'pipelined' | 'garbage';

export interface Wave {
  port: number;
  seed: number;
  /** It goes on until so many were, a minute at most. */
  openAtLeast: number;
  connections: Partial<Record<Kind, number>>;
}

export interface WaveResult {
  connections: number;
  openAtOnceMax: number;
}

const wrongKey = randomBytes(32);
const head = (headers: Record<string, string>) =>
  `POST /webhooks/orders HTTP/1.1\r\nhost: 127.0.0.1\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
const unsigned = (length: number) =>
  head({ 'content-type': 'application/json', 'content-length': String(length) });
/** What can be told from a good one only with the whole body. */
const wellFormed = (more: Record<string, string>) =>
  head({ ...headersOf(`msg_${randomBytes(8).toString('hex')}`, '', wrongKey), ...more });
const mebibyte = Buffer.alloc(1024 * 1024, 'x');
const limit = 16 * 1024;

/** What each kind does with a fresh connection. */
const kinds: Record<Kind, (socket: Socket, random: Random) => void> = {
  huge: (socket) => {
    socket.write(unsigned(mebibyte.length));
    // All but the last byte: whoever keeps it keeps it for long.
    socket.write(mebibyte.subarray(1));
  },
  forged: (socket, random) => {
    const length = random.between(1, limit);
    socket.write(wellFormed({ 'content-length': String(length) }));
    socket.write(mebibyte.subarray(0, length));
  },
  chunked: (socket) => {
    socket.write(wellFormed({ 'transfer-encoding': 'chunked' }));
    const chunk = `2000\r\n${'x'.repeat(0x2000)}\r\n`;
    for (let sent = 0; sent < 128; sent += 1) socket.write(chunk);
  },
  greedy: (socket, random) => {
    socket.write(wellFormed({ 'content-length': String(limit) }));
    socket.write(mebibyte.subarray(0, random.between(limit / 2, limit)));
  },
  dripping: (socket, random) => {
    socket.write(wellFormed({ 'content-length': String(limit) }));
    const timer = setInterval(() => socket.write('x'), random.between(200, 1_500));
    socket.once('close', () => clearInterval(timer));
  },
  silent: () => undefined,
  halfHeader: (socket, random) => {
    socket.write(`POST /webhooks/orders HTTP/1.1\r\nx-pad: ${'x'.repeat(random.between(1, 3_900))}`);
  },
  pipelined: (socket, random) => {
    socket.write(`${unsigned(2)}{}`.repeat(random.between(2, 400)));
  },
  garbage: (socket, random) => {
    socket.write(Buffer.from(Array.from({ length: 512 }, () => random.between(0, 256))));
  },
};

async function run(wave: Wave): Promise<WaveResult> {
  const random = new Random(wave.seed);
  const open = new Set<Socket>();
  const toldToEnd = once(process.stdin.resume(), 'end');
  let isOver = false;
  const result: WaveResult = { connections: 0, openAtOnceMax: 0 };
  const attack = (kind: Kind) => {
    if (isOver) return;
    // All of 127/8 is loopback: one address alone has too few ports for what a wave needs.
    const localAddress = `127.0.1.${random.between(1, 250)}`;
    const socket = connect({ host: '127.0.0.1', port: wave.port, localAddress });
    result.connections += 1;
    socket.on('connect', () => {
      open.add(socket);
      result.openAtOnceMax = Math.max(result.openAtOnceMax, open.size);
      kinds[kind](socket, random);
    });
    socket.on('error', () => undefined);
    // Answered: once more, with a fresh connection.
    socket.once('data', () => socket.destroy());
    socket.on('close', () => {
      open.delete(socket);
      setTimeout(() => attack(kind), random.between(1, 50));
    });
  };
  for (const [kind, count] of Object.entries(wave.connections) as [Kind, number][])
    for (let index = 0; index < count; index += 1) {
      attack(kind);
      // The queue of connections that wait to be accepted is short.
      if (index % 250 === 249) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  await toldToEnd;
  const latest = performance.now() + 60_000;
  while (result.openAtOnceMax < wave.openAtLeast && performance.now() < latest)
    await new Promise((resolve) => setTimeout(resolve, 100));
  isOver = true;
  for (const socket of open) socket.destroy();
  return result;
}

process.stdout.write(JSON.stringify(await run(JSON.parse(process.argv[2]!) as Wave)), () => process.exit(0));

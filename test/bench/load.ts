/**
 * One window of load in a process of its own: `node load.ts PORT SECONDS CONNECTIONS DELIVERIES PREFIX`.
 *
 * Each connection sends a delivery, waits for the whole answer, sends the next one. Requests are written down as bytes
 * before the window begins, and answers are read no further than their length: on a machine with few processors every
 * microsecond that the load costs is taken from the server. (autocannon, which must build each signed request anew,
 * cost more than the bare server itself and hid the difference that is to be measured.)
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { deliveries } from './deliveries.ts';
import type { Delivery } from './deliveries.ts';

const [port = '', seconds = '', connections = '', count = '', prefix = ''] = process.argv.slice(2);
const requests = deliveries(prefix, Number(count)).map(bytesOf);
const latenciesMs: number[] = [];
let next = 0;
let refused = 0;
let stopAt = Infinity;

function bytesOf({ headers, body }: Delivery): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `POST /webhooks/orders HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${lines.join('')}\r\n${body}`,
  );
}

/** Length of the first whole answer in the text, or 0 while it is not whole. */
function answerLength(text: string): number {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return 0;
  const length = /content-length: (\d+)/i.exec(text.slice(0, end + 2))?.[1];
  const whole = end + 4 + Number(length ?? 0);
  return text.length >= whole ? whole : 0;
}

function client(): Promise<void> {
  return new Promise((resolve, reject) => {
    let sentAt = 0;
    let received = '';
    const socket: Socket = connect(Number(port), '127.0.0.1');
    const send = () => {
      if (performance.now() >= stopAt || next >= requests.length) {
        socket.end();
        resolve();
        return;
      }
      sentAt = performance.now();
      socket.write(requests[next]!);
      next += 1;
    };
    socket.setNoDelay(true);
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('data', (data) => {
      received += data.toString('latin1');
      if (answerLength(received) === 0) return;
      if (received.startsWith('HTTP/1.1 202 ')) latenciesMs.push(performance.now() - sentAt);
      else refused += 1;
      received = '';
      send();
    });
  });
}

const startedAt = performance.now();
stopAt = startedAt + Number(seconds) * 1000;
await Promise.all(Array.from({ length: Number(connections) }, client));
const tookSeconds = (performance.now() - startedAt) / 1000;
latenciesMs.sort((left, right) => left - right);
const percentile = (share: number) =>
  Math.round((latenciesMs[Math.floor(latenciesMs.length * share)] ?? 0) * 10) / 10;

process.stdout.write(
  JSON.stringify({
    answered: latenciesMs.length,
    perSecond: latenciesMs.length / tookSeconds,
    refused,
    latencyP50Ms: percentile(0.5),
    latencyP99Ms: percentile(0.99),
  }),
);

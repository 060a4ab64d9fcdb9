/**
 * The proxy alone, with a double for the broker that answers each frame with its correlation id. Asserted: exactly
 * the answers meant are lost, and the work is done in any case. (`own-kafka.ts` has a real broker behind it.)
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startKafkaProxy, type KafkaProxy } from './kafka-proxy.ts';

const produce = 0;
const fetch = 1;

let proxy: KafkaProxy;
let broker: Server;
let worked: number[];

function frame(...body: Buffer[]): Buffer {
  const bytes = Buffer.concat(body);
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}

const request = (apiKey: number, id: number) =>
  frame(Buffer.from([0, apiKey, 0, 7, 0, 0, 0, id]), Buffer.alloc(30));

/** Sends the requests of one connection and collects the ids answered. */
class Client {
  readonly answered: number[] = [];
  readonly socket: Socket;
  constructor() {
    this.socket = connect({ host: '127.0.0.1', port: proxy.port });
    this.socket.on('error', () => undefined);
    let rest = Buffer.alloc(0);
    this.socket.on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      for (; rest.length >= 8; rest = rest.subarray(8)) this.answered.push(rest.readInt32BE(4));
    });
  }
  send(apiKey: number, ...ids: number[]): void {
    this.socket.write(Buffer.concat(ids.map((id) => request(apiKey, id))));
  }
  /** With a reset or without: the system resets what is closed before it was read. */
  closed(): Promise<void> {
    return new Promise((resolve) => this.socket.once('close', () => resolve()));
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
}

beforeEach(async () => {
  worked = [];
  broker = createServer((socket) => {
    socket.on('error', () => undefined);
    let rest = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      for (; rest.length >= 42; rest = rest.subarray(42)) {
        worked.push(rest.readInt32BE(8));
        socket.write(frame(rest.subarray(8, 12)));
      }
    });
  });
  broker.listen(0, '127.0.0.1');
  await once(broker, 'listening');
  proxy = await startKafkaProxy();
  proxy.forwardTo((broker.address() as AddressInfo).port);
});

afterEach(async () => {
  await proxy.close();
  await new Promise((resolve) => {
    broker.close(resolve);
  });
});

describe('the Kafka proxy', () => {
  it('swallows the answer of the n-th Produce alone, after the broker has worked', async () => {
    proxy.onProduceAnswer((n) => (n === 2 ? 'swallow' : 'pass'));
    const client = new Client();
    client.send(fetch, 1);
    client.send(produce, 2, 3, 4);
    client.send(fetch, 5);
    await until(() => client.answered.includes(5));
    expect(client.answered).toEqual([1, 2, 4, 5]);
    expect(worked).toEqual([1, 2, 3, 4, 5]);
    expect([proxy.produceRequests, proxy.produceAnswersLost]).toEqual([3, 1]);
  });

  it('cuts the connection in place of an answer, and lets the next one through', async () => {
    proxy.onProduceAnswer((n) => (n === 1 ? 'cut' : 'pass'));
    const first = new Client();
    first.send(produce, 1);
    await first.closed();
    expect(first.answered).toEqual([]);
    expect(worked).toEqual([1]);
    const second = new Client();
    second.send(produce, 2);
    await until(() => second.answered.length > 0);
    expect(second.answered).toEqual([2]);
  });

  it('understands frames however the network cuts them', async () => {
    proxy.onProduceAnswer(() => 'swallow');
    const client = new Client();
    await once(client.socket, 'connect');
    client.socket.setNoDelay(true);
    for (const byte of Buffer.concat([request(produce, 1), request(fetch, 2)])) {
      client.socket.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    await until(() => client.answered.includes(2));
    expect(client.answered).toEqual([2]);
  });

  it('loses everything in a black hole, and closes it when it ends', async () => {
    const client = new Client();
    client.send(fetch, 1);
    await until(() => client.answered.length === 1);
    proxy.blackHole(true);
    client.send(fetch, 2);
    const late = new Client();
    late.send(fetch, 3);
    await until(() => proxy.connections === 2);
    const closed = Promise.all([client.closed(), late.closed()]);
    proxy.blackHole(false);
    await closed;
    expect(client.answered).toEqual([1]);
    expect(worked).toEqual([1]);
  });

  it('cuts what is open, and refuses while told to', async () => {
    const client = new Client();
    client.send(fetch, 1);
    await until(() => client.answered.length === 1);
    proxy.refuseConnections(true);
    proxy.cutConnections();
    await client.closed();
    await new Client().closed();
    expect(worked).toEqual([1]);
  });

  it('delays answers without turning their order', async () => {
    const client = new Client();
    proxy.delayAnswers(80);
    const begunAt = performance.now();
    client.send(fetch, 1);
    await until(() => worked.includes(1));
    proxy.delayAnswers(0);
    client.send(fetch, 2);
    await until(() => client.answered.length === 2);
    expect(client.answered).toEqual([1, 2]);
    expect(performance.now() - begunAt).toBeGreaterThan(75);
  });
});

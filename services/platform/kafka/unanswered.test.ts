/** Real: kafkajs' queue of requests, its broker. Doubles: the socket, which never answers; connections. */
import { expect, it, jest } from '@jest/globals';
import { createRequire } from 'node:module';
import { giveUpUnanswered } from './unanswered.ts';

type Queue = {
  push(request: object): void;
  fulfillRequest(answer: object): void;
  waitForPendingRequests(): Promise<void>;
  destroy(): void;
};
const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as new (
  options: object,
) => Queue;

const Broker = createRequire(import.meta.url)('kafkajs/src/broker/index.js') as new (options: object) => {
  connect(): Promise<void>;
  metadata(topics: string[]): Promise<object>;
};

const Connection = createRequire(import.meta.url)('kafkajs/src/network/connection.js') as new (
  options: object,
) => { authenticate(): Promise<void>; disconnect(): Promise<boolean> };

function queueWith(apiName: string) {
  giveUpUnanswered();
  const queue = new RequestQueue({
    maxInFlightRequests: null,
    requestTimeout: 60_000,
    enforceRequestTimeout: true,
    clientId: 'test',
    broker: 'broker',
    logger: { namespace: () => ({ debug: () => undefined }), debug: () => undefined },
    isConnected: () => false,
  });
  const answered = new Promise((resolve, reject) => {
    const entry = { apiKey: 3, apiName, apiVersion: 1, correlationId: 1, resolve, reject };
    queue.push({ entry, expectResponse: true, sendRequest: () => undefined });
  });
  return { queue, told: expect(answered).rejects.toThrow('not answered before the connection was closed') };
}

it('a connection that is being closed waits for an answer for a while only, and says so to who asked', async () => {
  const { queue, told } = queueWith('Metadata');
  await queue.waitForPendingRequests();
  await told;
  queue.destroy();
});

it('it does not wait for a fetch, which may stay at the broker for seconds', async () => {
  jest.useFakeTimers();
  const { queue, told } = queueWith('Fetch');
  await queue.waitForPendingRequests();
  await told;
  // The double of the logger has no `warn`: the late answer is dropped without a word.
  queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 });
  jest.useRealTimers();
  queue.destroy();
});

/** Connections to a broker that takes them at once, and answers when it is let. */
class Connections {
  connectionTimeout = 1_000;
  isSilent = true;
  #isOpen = false;
  isConnected = () => this.#isOpen;
  getConnection = async () => {
    this.#isOpen = true;
    return { getSupportAuthenticationProtocol: () => true, authenticate: async () => undefined };
  };
  destroy = async () => void (this.#isOpen = false);
  setVersions = () => undefined;
  send = async ({ request }: { request: { apiName: string } }) => {
    if (this.isSilent) throw new Error('no answer');
    return request.apiName === 'ApiVersions'
      ? { apiVersions: [{ apiKey: 3, minVersion: 0, maxVersion: 6 }] }
      : { brokers: [] };
  };
}

it('a broker that has hung as it was connected to is connected to anew, and asked', async () => {
  giveUpUnanswered();
  const connectionPool = new Connections();
  const logger = { namespace: () => ({ debug: () => undefined }) };
  const broker = new Broker({ connectionPool, logger });
  // The second waits for the first, and must not take the connection that is given up for one.
  const both = await Promise.allSettled([broker.connect(), broker.connect()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(connectionPool.isConnected()).toBe(false);
  connectionPool.isSilent = false;
  await broker.connect();
  expect(await broker.metadata([])).toEqual({ brokers: [] });
});

it('a connection that does not get to authenticate is given up: the next try has a new one', async () => {
  giveUpUnanswered();
  const logger = { namespace: () => ({ debug: () => undefined }) };
  const sasl = { mechanism: 'no-such', username: 'u', password: 'p' };
  const connection = new Connection({ host: 'broker', port: 1, logger, sasl });
  const disconnect = jest.spyOn(connection, 'disconnect').mockResolvedValue(true);
  await expect(connection.authenticate()).rejects.toThrow();
  expect(disconnect).toHaveBeenCalledTimes(1);
});

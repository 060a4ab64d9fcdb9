/**
 * kafkajs 2.2.4 closes a connection only after every request on it is answered, and stops to watch their time-outs as
 * soon as it is being closed (network/connection.js, network/requestQueue): a request whose answer was lost is then
 * awaited for ever, and with it the whole consumer stands still without a word. Here what is not answered soon is given
 * up, and whoever asked tries again. A fetch waits at the broker on purpose: it is given up at once.
 *
 * And a broker that takes a connection and does not answer the first question on it (it hangs; the machine takes connections
 * for it all the same) has none of its kinds of request known, and counts as connected: kafkajs never asks again, and
 * answers each request with "Broker not connected", for as long as the process runs. Such a connection is given up too.
 */
import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';
import { settlesWithin } from '../waiting.ts';

interface Request {
  entry: { apiName: string };
  rejected(error: Error): void;
}

interface RequestQueue {
  inflight: Map<number, Request>;
  waitForPendingRequests(): Promise<void>;
  fulfillRequest(answer: { correlationId: number }): void;
  rejectAll(error: Error): void;
}

interface Connected {
  disconnect(): Promise<unknown>;
}

interface Broker extends Connected {
  apiVersions(): Promise<object>;
}

interface Connection extends Connected {
  authenticate(): Promise<void>;
}

const require = createRequire(import.meta.url);
const { prototype } = require('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue };
const waitForAll = Reflect.get<RequestQueue, 'waitForPendingRequests'>(prototype, 'waitForPendingRequests');
const fulfil = Reflect.get<RequestQueue, 'fulfillRequest'>(prototype, 'fulfillRequest');
const { prototype: broker } = require('kafkajs/src/broker/index.js') as { prototype: Broker };
const askVersions = Reflect.get<Broker, 'apiVersions'>(broker, 'apiVersions');
const { prototype: connection } = require('kafkajs/src/network/connection.js') as { prototype: Connection };
const authenticate = Reflect.get<Connection, 'authenticate'>(connection, 'authenticate');
/** Node does not see it among the names of this CommonJS package. */
const { KafkaJSConnectionError } = kafkajs;

const answerWithinMs = 2_000;
let patched = false;

export function giveUpUnanswered(): void {
  if (patched) return;
  patched = true;
  prototype.waitForPendingRequests = async function waitAWhile(this: RequestQueue): Promise<void> {
    for (const [id, request] of this.inflight)
      if (request.entry.apiName === 'Fetch' && this.inflight.delete(id)) request.rejected(givenUp());
    if (await settlesWithin(waitForAll.call(this), answerWithinMs)) return;
    this.rejectAll(givenUp());
  };
  broker.apiVersions = orDisconnected(askVersions);
  connection.authenticate = orDisconnected(authenticate);
  // The answer to what was given up concerns nobody; kafkajs would warn of it, on the terminal of a command too.
  prototype.fulfillRequest = function fulfilAwaited(this: RequestQueue, answer): void {
    if (this.inflight.has(answer.correlationId)) fulfil.call(this, answer);
  };
}

/** Both are asked within the lock of `connect`: who waits for it must not find the connection that is given up. */
function orDisconnected<Result>(ask: () => Promise<Result>) {
  return async function askedOrDisconnected(this: Connected): Promise<Result> {
    try {
      return await ask.call(this);
    } catch (error) {
      await this.disconnect().catch(() => undefined);
      throw error;
    }
  };
}

function givenUp(): Error {
  return new KafkaJSConnectionError('not answered before the connection was closed');
}

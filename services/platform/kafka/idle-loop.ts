/**
 * What kafkajs 2.2.4 does for each connection while nothing happens.
 *
 * - It wakes every millisecond, for ever: once its queue is empty it schedules the next look at it with a negative delay
 *   (kjs#1751, a fix was never merged). That costs 4 % of a core per idle client and a TimeoutNegativeWarning on Node 24.
 *   Whoever puts a request into the queue schedules a look by himself, so with an empty queue there is nothing to do.
 * - It looks ten times a second whether a request is not answered in time. That is ten seconds, so once a second is often
 *   enough, and for all connections together.
 */
import { createRequire } from 'node:module';

interface Request {
  sentAt: number;
  requestTimeout: number;
  timeoutRequest(): void;
}

interface RequestQueue {
  pending: unknown[];
  inflight: Map<number, Request>;
  enforceRequestTimeout: boolean;
  isConnected(): boolean;
  scheduleCheckPendingRequests(): void;
  scheduleRequestTimeoutCheck(): void;
  destroy(): void;
}

const require = createRequire(import.meta.url);
const { prototype } = require('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue };
const schedule = Reflect.get<RequestQueue, 'scheduleCheckPendingRequests'>(
  prototype,
  'scheduleCheckPendingRequests',
);
const destroy = Reflect.get<RequestQueue, 'destroy'>(prototype, 'destroy');

const lookEveryMs = 1_000;
/** Of the connections that are open. */
const watched = new Set<RequestQueue>();
let timer: NodeJS.Timeout | null = null;
let patched = false;

export function quietIdleLoop(): void {
  if (patched) return;
  patched = true;
  prototype.scheduleCheckPendingRequests = function scheduleWhenPending(this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this);
  };
  prototype.scheduleRequestTimeoutCheck = function watch(this: RequestQueue): void {
    if (!this.enforceRequestTimeout) return;
    watched.add(this);
    timer ??= setInterval(look, lookEveryMs);
  };
  prototype.destroy = function leave(this: RequestQueue): void {
    destroy.call(this);
    forget(this);
  };
}

function look(): void {
  for (const queue of watched) {
    for (const request of queue.inflight.values())
      if (Date.now() - request.sentAt > request.requestTimeout) request.timeoutRequest();
    if (!queue.isConnected()) queue.destroy();
  }
}

function forget(queue: RequestQueue): void {
  watched.delete(queue);
  if (watched.size > 0 || timer === null) return;
  clearInterval(timer);
  timer = null;
}

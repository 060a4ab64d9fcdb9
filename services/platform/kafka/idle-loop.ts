/**
 * kafkajs 2.2.4 wakes every millisecond for each connection, for ever: once its queue is empty it schedules the next
 * look at it with a negative delay (kjs#1751, a fix was never merged). That costs 4 % of a core per idle client and a
 * TimeoutNegativeWarning on Node 24. Whoever puts a request into the queue schedules a look by himself, so with an
 * empty queue there is nothing to do.
 */
import { createRequire } from 'node:module';

interface RequestQueue {
  pending: unknown[];
  scheduleCheckPendingRequests(): void;
}

const require = createRequire(import.meta.url);
const { prototype } = require('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue };
const schedule = Reflect.get<RequestQueue, 'scheduleCheckPendingRequests'>(
  prototype,
  'scheduleCheckPendingRequests',
);

let patched = false;

export function quietIdleLoop(): void {
  if (patched) return;
  patched = true;
  prototype.scheduleCheckPendingRequests = function scheduleWhenPending(this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this);
  };
}

import { describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import { quietIdleLoop } from './idle-loop.ts';

interface Queue {
  pending: unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  scheduleCheckPendingRequests(): void;
}

const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as {
  prototype: Queue;
};

function queueOf(pending: unknown[]): Queue {
  const state = { pending, throttledUntil: -1, throttleCheckTimeoutId: null };
  return Object.assign(Object.create(RequestQueue.prototype) as Queue, state);
}

describe('the idle loop of kafkajs', () => {
  it('rests when nothing is queued, and wakes when something is', () => {
    quietIdleLoop();
    const idle = queueOf([]);
    idle.scheduleCheckPendingRequests();
    expect(idle.throttleCheckTimeoutId).toBeNull();
    const busy = queueOf([{}]);
    busy.scheduleCheckPendingRequests();
    expect(busy.throttleCheckTimeoutId).not.toBeNull();
    clearTimeout(busy.throttleCheckTimeoutId!);
  });
});

import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createRequire } from 'node:module';
import { quietIdleLoop } from './idle-loop.ts';

interface Queue {
  inflight: Map<number, { sentAt: number; requestTimeout: number; timeoutRequest: () => void }>;
  connected: boolean;
  scheduleRequestTimeoutCheck(): void;
  destroy(): void;
  pending: unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  scheduleCheckPendingRequests(): void;
}

const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as {
  prototype: Queue;
};

function queueOf(pending: unknown[]): Queue {
  const state = {
    pending,
    throttledUntil: -1,
    throttleCheckTimeoutId: null,
    inflight: new Map(),
    enforceRequestTimeout: true,
    connected: true,
    isConnected(this: Queue) {
      return this.connected;
    },
  };
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

  describe('looks for requests that are not answered in time', () => {
    afterEach(() => void jest.useRealTimers());

    const waiting = (queue: Queue, requestTimeout: number) => {
      const timeoutRequest = jest.fn(() => void queue.inflight.delete(1));
      queue.inflight.set(1, { sentAt: Date.now(), requestTimeout, timeoutRequest });
      return timeoutRequest;
    };

    it('on all connections with one timer, each by its own time', () => {
      quietIdleLoop();
      jest.useFakeTimers();
      const queues = [queueOf([]), queueOf([])];
      for (const queue of queues) queue.scheduleRequestTimeoutCheck();
      expect(jest.getTimerCount()).toBe(1);
      const [soon, late] = [waiting(queues[0]!, 3_000), waiting(queues[1]!, 10_000)];
      jest.advanceTimersByTime(3_000);
      expect(soon).not.toHaveBeenCalled();
      jest.advanceTimersByTime(1_000);
      expect(soon).toHaveBeenCalledTimes(1);
      expect(late).not.toHaveBeenCalled();
      jest.advanceTimersByTime(7_000);
      expect(late).toHaveBeenCalledTimes(1);
      for (const queue of queues) queue.destroy();
    });

    it('until the last of them is closed, or was lost', () => {
      quietIdleLoop();
      jest.useFakeTimers();
      const [closed, lost] = [queueOf([]), queueOf([])];
      for (const queue of [closed, lost]) queue.scheduleRequestTimeoutCheck();
      closed.destroy();
      lost.connected = false;
      expect(jest.getTimerCount()).toBe(1);
      jest.advanceTimersByTime(1_000);
      expect(jest.getTimerCount()).toBe(0);
    });
  });
});

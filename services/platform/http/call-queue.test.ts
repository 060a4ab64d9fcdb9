import { describe, expect, it } from '@jest/globals';
import { fixedLimit } from './call-limit.ts';
import type { CallLimit, EndedCall } from './call-limit.ts';
import { CallQueue } from './call-queue.ts';
import { notingWait } from './turn-wait.ts';

/** Calls that end when the test says so, in the order in which they began. */
class Calls {
  now = 0;
  readonly began: string[] = [];
  readonly queue: CallQueue;
  readonly #ends = new Map<string, (status: number) => void>();

  constructor(limit: CallLimit) {
    this.queue = new CallQueue(limit, () => this.now);
  }

  call(name: string, signal = new AbortController().signal): Promise<{ status: number }> {
    const begin = () => {
      this.began.push(name);
      return new Promise<{ status: number }>((resolve) => {
        this.#ends.set(name, (status) => resolve({ status }));
      });
    };
    return this.queue.run({ written: true }, begin, signal);
  }

  async end(name: string, status = 200): Promise<void> {
    this.#ends.get(name)!(status);
    await settled();
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('calls', () => {
  it('begin in the order in which they came, no more at once than the limit', async () => {
    const calls = new Calls(fixedLimit(2));
    for (const name of ['a', 'b', 'c', 'd', 'e']) void calls.call(name);
    await settled();
    expect(calls.began).toEqual(['a', 'b']);
    await calls.end('b');
    expect(calls.began).toEqual(['a', 'b', 'c']);
    await calls.end('a');
    await calls.end('c');
    expect(calls.began).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('that are given up while they wait never begin, and hold nobody up', async () => {
    const calls = new Calls(fixedLimit(1));
    void calls.call('a');
    const giveUp = new AbortController();
    const waiting = calls.call('b', giveUp.signal);
    void calls.call('c');
    giveUp.abort(new Error('given up'));
    await expect(waiting).rejects.toThrow('given up');
    await calls.end('a');
    expect(calls.began).toEqual(['a', 'c']);
  });

  it('begin as soon as the limit has room for them, and as late as it has', async () => {
    const limit = { max: 3, current: 1, ended: () => undefined };
    const calls = new Calls(limit);
    for (const name of ['a', 'b', 'c', 'd', 'e']) void calls.call(name);
    await settled();
    limit.current = 3;
    await calls.end('a');
    expect(calls.began).toEqual(['a', 'b', 'c', 'd']);
    limit.current = 1;
    await calls.end('b');
    await calls.end('c');
    expect(calls.began).toHaveLength(4);
    await calls.end('d');
    expect(calls.began).toHaveLength(5);
  });

  it('tell the limit of no status where no answer came, and make room for the next', async () => {
    const ended: EndedCall[] = [];
    const calls = new Calls({ max: 1, current: 1, ended: (call) => ended.push(call) });
    const signal = new AbortController().signal;
    const lost = calls.queue.run({ written: true }, () => Promise.reject(new Error('reset')), signal);
    void calls.call('a');
    await expect(lost).rejects.toThrow('reset');
    await settled();
    expect([ended, calls.began]).toEqual([[{ status: 0, written: true, beganAt: 0, endedAt: 0 }], ['a']]);
  });

  it('tell the limit how they ended, without the time that they waited', async () => {
    const ended: EndedCall[] = [];
    const calls = new Calls({ max: 1, current: 1, ended: (call) => ended.push(call) });
    void calls.call('a');
    const failed = calls.call('b');
    await settled();
    calls.now = 100;
    await calls.end('a', 503);
    calls.now = 250;
    await calls.end('b', 200);
    await failed;
    expect(ended).toEqual([
      { status: 503, written: true, beganAt: 0, endedAt: 100 },
      { status: 200, written: true, beganAt: 100, endedAt: 250 },
    ]);
  });

  it('tell whoever asked for them how long they waited, each its own', async () => {
    const calls = new Calls(fixedLimit(1));
    const waits = { a: { ms: 0, waiting: 0 }, b: { ms: 0, waiting: 0 } };
    const [a, b] = (['a', 'b'] as const).map((name) => notingWait(waits[name], () => calls.call(name)));
    await settled();
    calls.now = 100;
    await calls.end('a');
    calls.now = 250;
    await calls.end('b');
    await Promise.all([a, b]);
    expect(waits).toEqual({ a: { ms: 0, waiting: 0 }, b: { ms: 100, waiting: 0 } });
  });
});

import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it, jest } from '@jest/globals';
import { Bodies } from './bodies.ts';
import type { BodyFault } from './bodies.ts';

const limits = { maxBodyBytes: 100, maxBufferedBytes: 250, requestBytes: 0, bodyTimeoutMs: 60_000 };

/** A request whose body the test sends, and what became of it. */
class Sent {
  readonly request = new IncomingMessage(new Socket());
  readonly results: (Buffer | BodyFault)[] = [];
  readonly settled: Promise<Buffer | BodyFault>;

  constructor(bodies: Bodies, length?: number) {
    if (length !== undefined) this.request.headers['content-length'] = String(length);
    this.settled = new Promise((resolve) => {
      bodies.read(this.request, (result) => {
        this.results.push(result);
        resolve(result);
      });
    });
  }

  /** Resolves when the chunks have been read. */
  async send(...chunks: string[]): Promise<void> {
    for (const chunk of chunks) this.request.push(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }

  end(): Promise<Buffer | BodyFault> {
    this.request.push(null);
    return this.settled;
  }
}

describe('a body', () => {
  it.each<[string, string[], number | undefined]>([
    ['in one chunk', ['0123456789'], 10],
    ['in many chunks', ['0', '123', '45', '6789'], 10],
    ['in many chunks without a length', ['0', '123', '45', '6789'], undefined],
    ['of no bytes', [], 0],
  ])('%s comes whole', async (_name, chunks, length) => {
    const sent = new Sent(new Bodies(limits), length);
    await sent.send(...chunks);
    expect(String(await sent.end())).toBe(chunks.join(''));
  });

  it('of the limit is taken; one byte more is too large, and said once', async () => {
    const bodies = new Bodies(limits);
    const fits = new Sent(bodies);
    await fits.send('x'.repeat(60), 'x'.repeat(40));
    expect((await fits.end()).length).toBe(100);
    const larger = new Sent(bodies);
    await larger.send('x'.repeat(60), 'x'.repeat(41), 'x'.repeat(100));
    await larger.end();
    expect(larger.results).toEqual(['too_large']);
  });

  it('whose sender goes away is said to be gone', async () => {
    const sent = new Sent(new Bodies(limits), 10);
    await sent.send('012');
    sent.request.destroy(new Error('aborted'));
    expect(await sent.settled).toBe('gone');
  });
});

describe('the budget', () => {
  it('is kept by the body that has been under way the longest', async () => {
    const bodies = new Bodies(limits);
    const first = new Sent(bodies, 100);
    const second = new Sent(bodies, 100);
    const third = new Sent(bodies, 100);
    await first.send('x'.repeat(90));
    await second.send('x'.repeat(90));
    expect(first.results).toEqual([]);
    await third.send('x'.repeat(90));
    expect(first.results).toEqual(['no_room']);
    await third.send('x'.repeat(10));
    expect((await third.end()).length).toBe(100);
    expect(second.results).toEqual([]);
  });

  it('gets back what was held, whatever became of it', async () => {
    const bodies = new Bodies(limits);
    for (let round = 0; round < 10; round += 1) {
      const whole = new Sent(bodies);
      await whole.send('x'.repeat(50), 'x'.repeat(50));
      await whole.end();
      const tooLarge = new Sent(bodies);
      await tooLarge.send('x'.repeat(90), 'x'.repeat(90));
      const gone = new Sent(bodies);
      await gone.send('x', 'x');
      gone.request.destroy(new Error('aborted'));
      await gone.settled;
    }
    const held = [new Sent(bodies), new Sent(bodies)];
    for (const sent of held) await sent.send('x', 'x'.repeat(99));
    expect(held.map(({ results }) => results)).toEqual([[], []]);
  });

  it('counts the room that a body in pieces is given, so that crumbs cost no more than they say', async () => {
    const bodies = new Bodies(limits);
    const crumbs = [new Sent(bodies), new Sent(bodies), new Sent(bodies)];
    for (const sent of crumbs) await sent.send('x', 'x');
    expect(crumbs.map(({ results }) => results)).toEqual([['no_room'], [], []]);
  });
});

it('a request counts before the first byte of its body, until it is settled', async () => {
  const bodies = new Bodies({ ...limits, requestBytes: 120 });
  const [first, second] = [new Sent(bodies), new Sent(bodies)];
  expect(first.results).toEqual([]);
  const third = new Sent(bodies);
  expect(first.results).toEqual(['no_room']);
  await Promise.all([second.end(), third.end()]);
  const last = [new Sent(bodies), new Sent(bodies)];
  expect(last.map(({ results }) => results)).toEqual([[], []]);
});

it('a slow body is cut at its deadline, not before; the next one at its own', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  try {
    const bodies = new Bodies({ ...limits, bodyTimeoutMs: 5_000 });
    const first = new Sent(bodies, 10);
    jest.advanceTimersByTime(2_000);
    const second = new Sent(bodies, 10);
    jest.advanceTimersByTime(2_999);
    // What keeps coming does not move the deadline.
    await first.send('x');
    expect([first.results, second.results]).toEqual([[], []]);
    jest.advanceTimersByTime(1);
    expect([first.results, second.results]).toEqual([['too_slow'], []]);
    jest.advanceTimersByTime(1_999);
    expect(second.results).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(second.results).toEqual(['too_slow']);
  } finally {
    jest.useRealTimers();
  }
});

import { describe, expect, it } from '@jest/globals';
import { Life } from './life.ts';

describe('Life', () => {
  it('stops what was opened, last first, once, and tells all who wait at the start of it', async () => {
    const life = new Life();
    const events: string[] = [];
    life.stopping.addEventListener('abort', () => events.push('aborted'));
    life.onStop(async () => {
      await Promise.resolve();
      events.push('broker');
    });
    life.onStop(() => events.push('server'));
    await Promise.all([life.stop(), life.stop()]);
    expect(events).toEqual(['aborted', 'server', 'broker']);
  });

  it('stops what a start opens while the end is under way before what that stands on, and what comes after at once', async () => {
    const life = new Life();
    const events: string[] = [];
    const serverCloses = Promise.withResolvers<void>();
    life.onStop(() => events.push('broker'));
    life.onStop(async () => {
      await serverCloses.promise;
      events.push('server');
    });
    const stopped = life.stop();
    life.onStop(() => events.push('subscription'));
    serverCloses.resolve();
    await stopped;
    expect(events).toEqual(['server', 'subscription', 'broker']);
    life.onStop(() => events.push('late'));
    expect(events.at(-1)).toBe('late');
  });

  it('stops all the others when one of them throws, and says so at the end', async () => {
    const life = new Life();
    const events: string[] = [];
    life.onStop(() => events.push('broker'));
    life.onStop(() => Promise.reject(new Error('the pool is stuck')));
    await expect(life.stop()).rejects.toThrow('the pool is stuck');
    expect(events).toEqual(['broker']);
  });
});

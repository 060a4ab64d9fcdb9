import { describe, expect, it } from '@jest/globals';
import { Generation, instant } from './session.ts';
import type { SessionClock } from './session.ts';

class FakeClock implements SessionClock {
  monotonic = 0;
  wall = 1_000_000;
  monotonicMs = () => this.monotonic;
  wallMs = () => this.wall;
  pass(durationMs: number): void {
    this.monotonic += durationMs;
    this.wall += durationMs;
  }
}

function generationAt(clock: FakeClock) {
  return new Generation({
    id: 1,
    memberId: 'm',
    joinedAt: instant(clock),
    sessionTimeoutMs: 10_000,
    clock,
  });
}

describe('a generation', () => {
  it('lives for one session after the last request that was answered, counted from its sending', () => {
    const clock = new FakeClock();
    const generation = generationAt(clock);
    clock.pass(4_000);
    const sentAt = instant(clock);
    clock.pass(3_000);
    generation.contact(sentAt);
    clock.pass(6_999);
    expect(generation.alive()).toBe(true);
    clock.pass(1);
    expect(generation.alive()).toBe(false);
    expect(generation.over.aborted).toBe(true);
  });

  it('never comes back: an answer after its end does not help', () => {
    const clock = new FakeClock();
    const generation = generationAt(clock);
    clock.pass(9_000);
    const sentAt = instant(clock);
    clock.pass(1_000);
    generation.contact(sentAt);
    expect(generation.alive()).toBe(false);
    clock.pass(-5_000);
    expect(generation.alive()).toBe(false);
  });

  it('ends when the machine was suspended, though the monotonic clock stood still', () => {
    const clock = new FakeClock();
    const generation = generationAt(clock);
    clock.wall += 10_000;
    expect(generation.alive()).toBe(false);
  });

  it('is not lengthened by a wall clock that is set back', () => {
    const clock = new FakeClock();
    const generation = generationAt(clock);
    clock.wall -= 60_000;
    clock.monotonic += 10_000;
    expect(generation.alive()).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import { Gathering } from './gathering.ts';

const linger = { urgentMs: 100, normalMs: 1_000 };
const waiting = (since: { urgent?: number; normal?: number }, batchGroup = 'main') => ({
  batchGroup,
  urgentSince: since.urgent ?? null,
  normalSince: since.normal ?? null,
  size: 1,
});

function gatheringOf(now = 0) {
  const clock = { at: now, now: () => clock.at };
  return { clock, gathering: new Gathering(linger, clock) };
}

describe('what waits of a batch group', () => {
  it('is due at once where nothing is to wait', () => {
    expect(new Gathering(undefined, { now: () => 7 }).until(waiting({ normal: 7 }))).toBe(-Infinity);
  });

  it('waits for what was published with it, while nothing is in work', () => {
    const { gathering } = gatheringOf();
    expect(gathering.until(waiting({ normal: 20 }))).toBe(25);
    expect(gathering.until(waiting({ normal: 20, urgent: 10 }))).toBe(15);
  });

  it('waits as long as it may while a batch of its group is in work, and no other group does', async () => {
    const { gathering } = gatheringOf();
    const work = Promise.withResolvers<void>();
    const running = gathering.during('main', () => work.promise);
    expect(gathering.until(waiting({ normal: 20 }))).toBe(1_020);
    expect(gathering.until(waiting({ normal: 20, urgent: 30 }))).toBe(130);
    expect(gathering.until(waiting({ normal: 20 }, 'other'))).toBe(25);
    work.resolve();
    await running;
    expect(gathering.until(waiting({ normal: 20 }))).toBe(25);
  });

  it('waits three times as long as the last batch took, and no longer than it may', async () => {
    const { gathering, clock } = gatheringOf(1_000);
    await gathering.during('main', async () => void (clock.at += 80));
    expect(gathering.until(waiting({ normal: 1_080 }))).toBe(1_320);
    expect(gathering.until(waiting({ normal: 1_080, urgent: 1_090 }))).toBe(1_190);
    expect(gathering.until(waiting({ normal: 1_400 }))).toBe(1_405);
    await expect(
      gathering.during('main', () => {
        clock.at += 3_000;
        return Promise.reject(new Error('refused'));
      }),
    ).rejects.toThrow('refused');
    expect(gathering.until(waiting({ normal: 4_080 }))).toBe(5_080);
  });
});

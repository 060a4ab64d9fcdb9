import { describe, expect, it } from '@jest/globals';
import { noOutlook, Pace } from './pace.ts';

/** Asked every 10 s for a minute, so many of each a second. */
function paced(finishedPerSecond: number, publishedPerSecond: number, waiting: number): Pace {
  const pace = new Pace();
  for (let second = 0; second <= 60; second += 10)
    pace.add(
      second * 1_000,
      1_000 + second * finishedPerSecond,
      1_000 + waiting + second * publishedPerSecond,
    );
  return pace;
}

describe('the outlook of a lag', () => {
  it('is the time in which it drains, at what is finished beyond what comes', () => {
    // 600 waited, 30 a second less each: 300 wait after 60 s at 5 a second.
    expect(paced(10, 5, 600).outlook(null)).toEqual({
      drainMs: 60_000,
      isGrowing: false,
      targetBreaksInMs: null,
    });
  });

  it('says that a target breaks now where what comes last waits for longer', () => {
    expect(paced(10, 5, 600).outlook(20_000).targetBreaksInMs).toBe(0);
    expect(paced(10, 5, 600).outlook(40_000).targetBreaksInMs).toBeNull();
  });

  it('says when it will break, where more comes than is finished', () => {
    // 600 wait after 60 s, 5 more each second, and 20 s of work are 800... that is in 40 s.
    expect(paced(40, 45, 300).outlook(20_000)).toEqual({
      drainMs: null,
      isGrowing: true,
      targetBreaksInMs: 40_000,
    });
  });

  it('does not grow where a handful came at once and nothing since: it waits for its time', () => {
    const pace = new Pace();
    for (let second = 0; second <= 200; second += 10) {
      const come = second < 50 ? 0 : 14;
      pace.add(second * 1_000, 1_000 + second, 1_000 + come + second);
    }
    expect(pace.outlook(null)).toEqual({ ...noOutlook, isGrowing: false });
  });

  it('does not grow where one is in work just now, and none was a moment ago', () => {
    const pace = new Pace();
    for (let second = 0; second <= 200; second += 10) pace.add(second * 1_000, second, second);
    pace.add(201_000, 200, 201);
    expect(pace.outlook(60_000)).toEqual(noOutlook);
    // One in five minutes is no pace at which the next would be late.
    for (const second of [210, 220]) pace.add(second * 1_000, 200, 201);
    expect(pace.outlook(60_000)).toMatchObject({ isGrowing: false, targetBreaksInMs: 60_000 });
  });

  it('is the target itself where nothing is finished', () => {
    expect(paced(0, 1, 5).outlook(300_000)).toMatchObject({ drainMs: null, targetBreaksInMs: 300_000 });
  });

  it('is none where nothing waits, too little is known, or the offsets have begun anew', () => {
    expect(paced(10, 10, 0).outlook(1_000)).toEqual(noOutlook);
    const pace = paced(10, 5, 600);
    pace.add(70_000, 0, 50);
    expect(pace.outlook(1_000)).toEqual(noOutlook);
    expect(new Pace().outlook(1_000)).toEqual(noOutlook);
  });
});

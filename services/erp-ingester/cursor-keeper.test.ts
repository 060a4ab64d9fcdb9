/** Real: the keeper. Doubles: the log, the cursors, a clock that a test moves on. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SourceCursor } from './cursor.ts';
import { CursorKeeper } from './cursor-keeper.ts';

let written: string[];
let acknowledged: string[];
let idleAt: string | null;
let refuses: boolean;
let now: number;
let isCaughtUp: boolean;

beforeEach(() => {
  written = [];
  acknowledged = [];
  idleAt = null;
  refuses = false;
  now = 0;
  isCaughtUp = true;
});

/** Runs the steps, one before each look of the keeper. */
async function keeping(...steps: ((keeper: CursorKeeper) => void)[]): Promise<void> {
  const ending = new AbortController();
  const keeper = new CursorKeeper({
    cursor: { position: '100', firstLoad: 'done' } as SourceCursor,
    source: {
      idlePosition: () => idleAt,
      acknowledge: (position) => {
        // In the cursor first.
        expect(written.at(-1)).toMatch(new RegExp(`^${position} `));
        acknowledged.push(position);
        idleAt = null;
      },
    },
    cursors: {
      write: ({ position, firstLoad }) => {
        if (refuses) return Promise.reject(new Error('no broker'));
        written.push(`${position} ${firstLoad}`);
        return Promise.resolve();
      },
    },
    isCaughtUp: () => isCaughtUp,
    clock: {
      now: () => now,
      wait: () => {
        const step = steps.shift();
        if (step) step(keeper);
        else ending.abort();
        return Promise.resolve();
      },
    },
    log: { warn: () => undefined } as never,
  });
  await keeper.keep(ending.signal);
}

describe('the cursor', () => {
  it('is written before the position is acknowledged, and only when there is something new', async () => {
    await keeping(
      () => undefined,
      (keeper) => keeper.reached('150'),
      () => undefined,
    );
    expect(written).toEqual(['150 done']);
    expect(acknowledged).toEqual(['150']);
  });

  it('goes on with a log that holds nothing for us', async () => {
    await keeping(
      () => void (idleAt = '200'),
      () => undefined,
    );
    expect(written).toEqual(['200 done']);
    expect(acknowledged).toEqual(['200']);
  });

  it('says once a minute that what was published still holds, as long as that is known', async () => {
    const pass = (ms: number) => () => void (now += ms);
    await keeping(pass(59_000), pass(1_000), pass(59_000), () => {
      now += 1_000;
      isCaughtUp = false;
    });
    expect(written).toEqual(['100 done']);
  });

  it('that could not be written is written again, and nothing is acknowledged before', async () => {
    await keeping(
      (keeper) => {
        refuses = true;
        keeper.reached('150');
      },
      () => expect(acknowledged).toEqual([]),
      () => void (refuses = false),
    );
    expect(acknowledged).toEqual(['150']);
  });

  it('tells of a load that has not ended while a recreated topic is published again', async () => {
    await keeping(
      (keeper) => keeper.republishing('stock', true),
      (keeper) => keeper.reached('150'),
      (keeper) => keeper.republishing('stock', false),
    );
    expect(written).toEqual(['100 running', '150 running', '150 done']);
  });
});

/** Real: the keeper. Doubles: the log, the cursors, a clock that a test moves on. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { StreamState } from '../../schemas/types.ts';
import { CursorKeeper } from './cursor-keeper.ts';

let written: string[];
let acknowledged: string[];
let idleAt: string | null;
let refuses: boolean;
let now: number;
let isCaughtUp: boolean;
let loading: string | null;

beforeEach(() => {
  written = [];
  acknowledged = [];
  idleAt = null;
  refuses = false;
  loading = null;
  now = 0;
  isCaughtUp = true;
});

/** Runs the steps, one before each look of the keeper. */
async function keeping(...steps: ((keeper: CursorKeeper) => void)[]): Promise<void> {
  const ending = new AbortController();
  const keeper = new CursorKeeper({
    epoch: 1,
    streams: () => [{ loading } as StreamState],
    place: () => ({ position: '100', slot: null, systemId: 'erp', tables: null }),
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
      write: ({ position, streams }) => {
        if (refuses) return Promise.reject(new Error('no broker'));
        written.push(`${position} ${streams[0]!.loading ?? 'loaded'}`);
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
    expect(written).toEqual(['150 loaded']);
    expect(acknowledged).toEqual(['150']);
  });

  it('goes on with a log that holds nothing for us', async () => {
    await keeping(
      () => void (idleAt = '200'),
      () => undefined,
    );
    expect(written).toEqual(['200 loaded']);
    expect(acknowledged).toEqual(['200']);
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

  it('says once a minute that what was published still holds, as long as that is known', async () => {
    const pass = (ms: number) => () => void (now += ms);
    await keeping(pass(59_000), pass(1_000), pass(59_000), () => {
      now += 1_000;
      isCaughtUp = false;
    });
    expect(written).toEqual(['100 loaded']);
  });

  it('tells of a stream that must ask all keys, with the position behind what made it so', async () => {
    await keeping(
      (keeper) => {
        loading = 'a table was truncated';
        keeper.changed();
      },
      (keeper) => keeper.reached('150'),
      (keeper) => {
        loading = null;
        keeper.changed();
      },
      () => undefined,
    );
    expect(written).toEqual(['100 a table was truncated', '150 a table was truncated', '150 loaded']);
  });
});

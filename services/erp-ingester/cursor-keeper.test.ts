/** Real: the keeper. Doubles: the log, the cursors, a clock that a test moves on. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LogCursor } from './cursor.ts';
import { CursorKeeper } from './cursor-keeper.ts';

let written: string[];
let acknowledged: bigint[];
let idleAt: bigint;
let refuses: boolean;

beforeEach(() => {
  written = [];
  acknowledged = [];
  idleAt = 100n;
  refuses = false;
});

/** Runs the steps, one before each look of the keeper. */
async function keeping(...steps: ((keeper: CursorKeeper) => void)[]): Promise<void> {
  const ending = new AbortController();
  const keeper = new CursorKeeper({
    slot: {
      cursor: { position: 100n, firstLoad: 'done' } as LogCursor,
      log: {
        position: () => ({ confirmed: 0n, reached: idleAt, walEnd: 0n, heldBytes: 0 }),
        acknowledge: (lsn) => {
          // In the cursor first.
          expect(written.at(-1)).toMatch(new RegExp(`^${lsn} `));
          acknowledged.push(lsn);
        },
      },
    },
    cursors: {
      write: ({ position, firstLoad }) => {
        if (refuses) return Promise.reject(new Error('no broker'));
        written.push(`${position} ${firstLoad}`);
        return Promise.resolve();
      },
    },
    clock: {
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
      (keeper) => keeper.reached(150n),
      () => undefined,
    );
    expect(written).toEqual(['150 done']);
    expect(acknowledged).toEqual([150n]);
  });

  it('goes on with a log that holds nothing for us', async () => {
    await keeping(
      () => void (idleAt = 200n),
      () => undefined,
    );
    expect(written).toEqual(['200 done']);
    expect(acknowledged).toEqual([200n]);
  });

  it('that could not be written is written again, and nothing is acknowledged before', async () => {
    await keeping(
      (keeper) => {
        refuses = true;
        keeper.reached(150n);
      },
      () => expect(acknowledged).toEqual([]),
      () => void (refuses = false),
    );
    expect(acknowledged).toEqual([150n]);
  });

  it('tells of a load that has not ended while a recreated topic is published again', async () => {
    await keeping(
      (keeper) => keeper.republishing('stock', true),
      (keeper) => keeper.reached(150n),
      (keeper) => keeper.republishing('stock', false),
    );
    expect(written).toEqual(['100 running', '150 running', '150 done']);
  });
});

/** Double: a source of changes, which has lost some. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ChangeSource, Gap } from '../erp/sources/change-source.ts';
import type { SourceCursor } from './cursor.ts';
import { statesOf, takeSource } from './take-source.ts';
import { HeldSource } from './testing/held-source.ts';
import { aLoaded, aStream } from './testing/stream.ts';

const watching = (name: string) =>
  aStream(name, {
    watches: [
      { table: 'public.unit', columns: ['id'] },
      { table: `public.${name}`, columns: ['id'] },
    ],
  });
const streams = [watching('stock'), watching('prices')];
const known: SourceCursor = {
  position: '40',
  slot: 'cartage',
  systemId: 'erp',
  tables: null,
  epoch: 4,
  streams: streams.map((stream) => aLoaded(stream)),
};

let stored: SourceCursor | null;
let written: string[];
let held: HeldSource;
/** Found before the source is changed, and after. */
let gaps: { before: Gap[]; after: Gap[] };

beforeEach(() => {
  stored = known;
  written = [];
  gaps = { before: [], after: [] };
  held = new HeldSource(() => undefined);
});

const source: ChangeSource = {
  open: async (place, onGap) => {
    expect(place).toEqual(stored);
    for (const gap of gaps.before) {
      await onGap(gap);
      written.push('the source is changed');
    }
    held.gaps.push(...gaps.after);
    return held;
  },
  close: () => Promise.resolve(),
};

const taken = () =>
  takeSource(
    source,
    {
      read: async () => stored,
      write: async ({ epoch, position, streams: states }) => {
        await Promise.resolve();
        written.push(`${position} in ${epoch}: ${states.map(({ loading }) => loading).join(', ')}`);
      },
    },
    streams,
  );

describe('a source that is taken', () => {
  it('goes on where the last holder was', async () => {
    const { source: opened, epoch, loads } = await taken();
    expect([opened, epoch, statesOf(loads)]).toEqual([held, 4, known.streams]);
  });

  it('begins in the first epoch, with everything to be loaded', async () => {
    stored = null;
    const { epoch, loads } = await taken();
    expect([epoch, statesOf(loads).map(({ loading }) => loading)]).toEqual([
      1,
      ['it was never loaded', 'it was never loaded'],
    ]);
  });

  it('has the streams asked anew that a gap concerns, with what was under way', async () => {
    gaps.after = [{ reason: 'the log was cut', tables: ['public.prices'], marks: ['77'] }];
    const { epoch, loads } = await taken();
    expect([epoch, statesOf(loads).map(({ loading }) => loading)]).toEqual([4, [null, 'the log was cut']]);
    expect(loads.get('prices')!.state.marks).toEqual(['77']);
  });

  it('forgets what the answers of a load had to contain where all is a gap: another database has it never', async () => {
    const [first, ...others] = known.streams;
    stored = {
      ...known,
      streams: [{ ...first!, loading: 'the log was cut', marks: ['log.000009:742'] }, ...others],
    };
    gaps.after = [{ reason: 'the log was cut', tables: ['public.stock'], marks: ['77'] }];
    expect((await taken()).loads.get('stock')!.state.marks).toEqual(['log.000009:742', '77']);
    held.gaps.length = 0;
    gaps.after = [{ reason: 'another database', tables: null }, ...gaps.after];
    expect((await taken()).loads.get('stock')!.state.marks).toEqual(['77']);
  });

  it('opens another epoch where all is a gap: positions may be lower than readers have seen', async () => {
    gaps.after = [
      { reason: 'the log was cut', tables: ['public.unit'] },
      { reason: 'the database was restored', tables: null },
    ];
    const { epoch, loads } = await taken();
    expect([epoch, statesOf(loads).map(({ loading }) => loading)]).toEqual([
      5,
      ['the log was cut', 'the log was cut'],
    ]);
    stored = null;
    expect((await taken()).epoch).toBe(2);
  });

  it('doubts what was published since the cursor was written, where another history goes on, whose positions may be lower', async () => {
    expect((await taken()).doubted).toBeNull();
    held = Object.assign(new HeldSource(() => undefined), { hasTurned: true });
    stored = { ...known, updatedAt: 1_000_000 };
    const { doubted, epoch, loads } = await taken();
    expect([doubted, epoch, statesOf(loads).map(({ loading }) => loading)]).toEqual([
      { from: 990_000, systemId: 'erp' },
      5,
      [null, null],
    ]);
  });

  it('leaves word of a gap before it does anything after which nobody could see it', async () => {
    gaps.before = [{ reason: 'the slot is gone', tables: ['public.stock'] }];
    await taken();
    expect(written).toEqual(['40 in 4: the slot is gone, ', 'the source is changed']);
    stored = null;
    written = [];
    await taken();
    expect(written).toEqual(['the source is changed']);
  });
});

import { describe, expect, it } from '@jest/globals';
import { PollWindow } from './poll-window.ts';

const overlap = { overlapMs: 60_000, overlapCount: 10 };
const noon = Date.parse('2026-01-02T12:00:00Z');
const row = (id: string, version: string, quantity = 1) => ({
  id,
  version,
  columns: { id, modified: version, quantity },
});
const ids = (rows: { id: string }[]) => rows.map(({ id }) => id);

describe('a poll', () => {
  it('tells a row once, as long as none of its columns changes', () => {
    const window = new PollWindow(null, overlap);
    expect(window.from()).toBeNull();
    expect(ids(window.changed([row('1', '2026-01-02T11:59:50'), row('2', '2026-01-02T11:59:55')]))).toEqual([
      '1',
      '2',
    ]);
    window.ended('2026-01-02T11:59:55', noon);
    expect(window.from()).toBe('2026-01-02T11:58:55.000000');
    expect(window.changed([row('1', '2026-01-02T11:59:50'), row('2', '2026-01-02T11:59:55')])).toEqual([]);
  });

  it('tells a change that has the version of the one before: whole seconds, or a transaction that began with it', () => {
    const window = new PollWindow('2026-01-02T11:59:00', overlap);
    window.changed([row('1', '2026-01-02T11:59:50', 1)]);
    expect(ids(window.changed([row('1', '2026-01-02T11:59:50', 2)]))).toEqual(['1']);
  });

  it('tells what was committed late, with a version that lies before what was seen', () => {
    const window = new PollWindow('2026-01-02T11:59:55', overlap);
    expect(ids(window.changed([row('7', '2026-01-02T11:59:10')]))).toEqual(['7']);
    window.ended('2026-01-02T11:59:10', noon);
    expect(window.newest).toBe('2026-01-02T11:59:55');
  });

  it('is not led into the future by a row that says it is of tomorrow, and tells it once', () => {
    const window = new PollWindow('2026-01-02T11:59:00', overlap);
    expect(ids(window.changed([row('9', '2099-01-01T00:00:00')]))).toEqual(['9']);
    window.ended('2099-01-01T00:00:00', noon);
    expect(window.newest).toBe('2026-01-02T12:00:00.000');
    expect(window.changed([row('9', '2099-01-01T00:00:00')])).toEqual([]);
  });

  it('forgets what lies before the overlap', () => {
    const window = new PollWindow('100', overlap);
    window.changed([row('1', '95')]);
    window.ended('200', noon);
    expect(window.from()).toBe('190');
    expect(ids(window.changed([row('1', '95')]))).toEqual(['1']);
  });
});

import { describe, expect, it } from '@jest/globals';
import { StreamLoad } from './stream-load.ts';

const fresh = {
  loadedTo: null,
  marks: [],
  rows: 0,
  rowsExpected: null,
  roundAt: null,
  held: null,
  dirtyKeys: 0,
  oldestAt: null,
};

describe('how far a stream is loaded', () => {
  it('is nowhere where it was never read, and where it was left else', () => {
    const never = new StreamLoad('stock', 'v1', null);
    expect(never.state).toEqual({ name: 'stock', digest: 'v1', loading: 'it was never loaded', ...fresh });
    const known = { ...never.state, loading: null, loadedTo: '7', rows: 9, roundAt: 5 };
    expect(new StreamLoad('stock', 'v1', known).state).toEqual(known);
    // Under another configuration the keys may be others.
    expect(new StreamLoad('stock', 'v2', known).state).toEqual({
      ...known,
      digest: 'v2',
      loading: 'its configuration was changed',
      loadedTo: null,
    });
  });

  it('is loaded when a round has ended that began after the last reason', () => {
    const load = new StreamLoad('stock', 'v1', { name: 'stock', digest: 'v1', ...fresh, loading: null });
    let changes = 0;
    load.onChange = () => (changes += 1);
    const first = load.demand('the log was cut', ['7']);
    const second = load.demand('a table was truncated', ['7', '8']);
    expect(load.state).toMatchObject({ loading: 'the log was cut', marks: ['7', '8'] });
    first();
    expect(load.loading).toBe('the log was cut');
    second();
    expect([load.loading, load.state.marks, changes]).toEqual([null, [], 3]);
  });

  it('tells where its round is, what that expects, and forgets it with its end', () => {
    const load = new StreamLoad('stock', 'v1', null);
    let changes = 0;
    load.onChange = () => (changes += 1);
    load.expects(100);
    load.reached('40', 60);
    expect(load.state).toMatchObject({ rowsExpected: 100, loadedTo: '40', rows: 60 });
    load.ended(1_000, 90);
    expect(load.state).toMatchObject({ rowsExpected: 90, loadedTo: null, rows: 0, roundAt: 1_000 });
    load.holds(3);
    load.holds(3);
    expect([load.state.held, changes]).toEqual([3, 4]);
  });
});

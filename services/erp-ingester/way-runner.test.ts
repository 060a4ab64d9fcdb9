/** Real: the way round. Doubles: a clock, and an ERP in which a row `{ id }` leads to `k<id>`, unless a test says otherwise. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Row } from '../erp/sources/changes.ts';
import { Rejected, Unavailable } from '../platform/errors.ts';
import { contextOf } from '../platform/flow/testing/context.ts';
import { RecordingBus } from '../platform/flow/testing/recording-bus.ts';
import { reportAnswered } from './dirt.ts';
import { DirtySet } from './dirty-set.ts';
import { aStream } from './testing/stream.ts';
import { WayRunner } from './way-runner.ts';

const refused = new Rejected({ code: 'erp.query', what: 'Refused', fix: 'Correct it' });
const away = new Unavailable({ code: 'erp.unreachable', what: 'No database', fix: 'Wait' });
const slow = new Unavailable(
  { code: 'erp.deadline', what: 'No answer', fix: 'Wait' },
  { perhapsRecord: true },
);

let bus: RecordingBus;
let asked: string[];
/** What a question about rows of these ids gives instead of their keys. */
let answer: (ids: string[]) => string[] | 'all';
let dirty: DirtySet;
let askedAll: string[];
let failures: number;
let released: string[];
let ending: AbortController;

beforeEach(() => {
  bus = new RecordingBus();
  asked = [];
  answer = (ids) => ids.map((id) => `k${id}`);
  dirty = new DirtySet();
  askedAll = [];
  failures = 0;
  released = [];
  ending = new AbortController();
});

function started(): WayRunner {
  const watches = ['public.list', 'public.line'].map((table) => ({ table, columns: null }));
  const keysOf = async (watch: number, rows: readonly Row[], marks: Iterable<string>) => {
    const ids = rows.map(({ id }) => id!);
    asked.push(`${watch}: ${ids.join()} seen ${[...marks].join()}`);
    await Promise.resolve();
    return answer(ids);
  };
  const ways = new WayRunner({
    stream: aStream('stock', { watches }, { keysOf }),
    context: contextOf({ bus, clock: bus.clock }),
    dirty,
    askAll: (reason, dirt) => void askedAll.push(`${reason}, ${[...dirt!.marks].join()}`),
    onFailure: () => (failures += 1),
  });
  void ways.lane.run(ending.signal);
  return ways;
}

const changed = (ways: WayRunner, id: string, mark: string, watch = 0) =>
  ways.add(
    watch,
    { id },
    {
      mark,
      occurredAt: Number(mark),
      shownFrom: 10 * Number(mark),
      transaction: { release: () => void released.push(mark) },
    },
  );

describe('the way round', () => {
  it('is one question for the rows of many transactions, which wait until all its keys are published', async () => {
    const ways = started();
    changed(ways, '1', '10');
    changed(ways, '1', '11');
    changed(ways, '2', '12');
    changed(ways, '3', '13', 1);
    await bus.clock.pass(10);
    expect(asked).toEqual(['0: 1,2 seen 10,11,12', '1: 3 seen 13']);
    const keys = dirty.take(10);
    expect([...keys].map(([key, { occurredAt, shownFrom }]) => [key, occurredAt, shownFrom])).toEqual([
      ['k1', 10, 120],
      ['k2', 10, 120],
      ['k3', 13, 130],
    ]);
    reportAnswered(keys.get('k1')!);
    expect(released).toEqual([]);
    reportAnswered(keys.get('k2')!);
    expect(released).toEqual(['10', '11', '12']);
    reportAnswered(keys.get('k3')!);
    expect(released).toEqual(['10', '11', '12', '13']);
  });

  it('that leads nowhere holds nothing', async () => {
    answer = () => [];
    changed(started(), '1', '10');
    await bus.clock.pass(10);
    expect([dirty.size, released]).toEqual([0, ['10']]);
  });

  it('that fails at one row is asked without it, and for that row all keys are', async () => {
    answer = (ids) => {
      if (ids.includes('3')) throw refused;
      return ids.map((id) => `k${id}`);
    };
    const ways = started();
    for (const id of ['1', '2', '3', '4']) changed(ways, id, `1${id}`);
    await bus.clock.pass(10);
    expect([...dirty.take(10).keys()]).toEqual(['k1', 'k2', 'k4']);
    expect(askedAll).toEqual(['a changed row of public.list cannot be followed to its keys, 13']);
    expect([released, failures, ways.rows.size]).toEqual([['13'], 0, 0]);
  });

  it('that ends without an answer at one row is tried again before that row is given up', async () => {
    let tries = 0;
    answer = (ids) => {
      if (ids.includes('3') && (tries += 1) < 6) throw slow;
      return ids.map((id) => `k${id}`);
    };
    const ways = started();
    for (const id of ['1', '3']) changed(ways, id, `1${id}`);
    await bus.clock.pass(60_000);
    expect([[...dirty.take(10).keys()].toSorted(), askedAll, ways.rows.size]).toEqual([['k1', 'k3'], [], 0]);
  });

  it('that leads to more keys than can be named, by one row alone, is a question for all keys', async () => {
    answer = (ids) => (ids.includes('2') ? 'all' : ids.map((id) => `k${id}`));
    const ways = started();
    for (const id of ['1', '2', '3']) changed(ways, id, `1${id}`);
    await bus.clock.pass(10);
    expect([...dirty.take(10).keys()]).toEqual(['k1', 'k3']);
    expect(askedAll).toEqual(['a changed row of public.list leads to more keys than can be named, 12']);
  });

  it('is tried until it answers; what was answered is not asked again', async () => {
    let isAway = true;
    answer = (ids) => {
      if (isAway && ids.includes('2')) throw away;
      return ids.map((id) => `k${id}`);
    };
    const ways = started();
    changed(ways, '1', '11', 1);
    changed(ways, '2', '12');
    await bus.clock.pass(1);
    expect(ways.lane.unhealthyReason).toBe(away.message);
    changed(ways, '3', '13');
    isAway = false;
    await bus.clock.pass(60_000);
    expect(asked).toEqual(['1: 1 seen 11', '0: 2 seen 12', '0: 2,3 seen 12,13']);
    expect([...dirty.take(10).keys()]).toEqual(['k1', 'k2', 'k3']);
    expect(ways.lane.unhealthyReason).toBeNull();
  });

  it('that is wrong whatever is asked says so and blames no row', async () => {
    answer = () => {
      throw refused;
    };
    const ways = started();
    changed(ways, '1', '11');
    await bus.clock.pass(60_000);
    expect([failures > 1, askedAll, released, ways.rows.size]).toEqual([true, [], [], 1]);
    expect(ways.lane.unhealthyReason).toBe(refused.message);
  });
});

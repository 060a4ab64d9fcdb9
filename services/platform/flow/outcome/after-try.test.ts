/** Real: the decisions, the breaker, parking. Doubles: the broker, the lease, the probe. */
import { describe, expect, it } from '@jest/globals';
import { Held, Rejected, Unavailable } from '../../errors.ts';
import type { UnavailableOptions } from '../../errors.ts';
import { failed, failedAgain, handled, times, verdictsOf } from '../testing/verdicts.ts';
import { settled } from '../testing/virtual-clock.ts';
import type { Tried } from './tried.ts';

const fault = { code: 'shop.down', what: 'Down', fix: 'Wait' };
const down = (options: UnavailableOptions = {}) => new Unavailable(fault, options);
const bad = new Rejected({ code: 'plain.bad', what: 'Bad', fix: 'Correct it' });
const early = new Held({ code: 'plain.early', what: 'Early', fix: 'Wait' });
const notYet = down({ notYet: true });
const lasting = { perhapsRecord: true };
const unknown = { outcome: 'unknown' } as const;

describe('the breaker', () => {
  it('takes the records of one call for one, whether it failed or not', async () => {
    const world = await verdictsOf();
    const one = down();
    await times(9, () => failed(one)(world));
    expect(world.verdicts.breaker.state).toBe(0);
    await times(2, () => failed(down())(world));
    expect(world.verdicts.breaker.state).toBe(1);

    // Successes of a whole batch do not hide that most calls fail.
    const other = await verdictsOf();
    for (let round = 0; round < 4; round += 1) {
      const call = {};
      await times(9, () => handled('applied', { call })(other));
      await times(2, () => failed(down())(other));
    }
    expect(other.verdicts.breaker.state).toBe(1);
  });

  it.each([early, notYet])('is closed by what says that the other side is well: %s', async (well) => {
    const world = await verdictsOf();
    await times(3, () => failed(down())(world));
    expect(world.verdicts.breaker.state).toBe(1);
    await failed(well)(world);
    expect(world.verdicts.breaker.state).toBe(0);
  });

  it('does not count a bug of ours, and lets the next try decide', async () => {
    const world = await verdictsOf();
    const { breaker } = world.verdicts;
    await times(9, () => failed(new TypeError())(world));
    expect(breaker.state).toBe(0);
    await failed(down({ needsOperator: true }))(world);
    breaker.begin();
    await failed(new TypeError())(world);
    expect([breaker.state, breaker.waitMs(Infinity)]).toEqual([1, 0]);
  });
});

describe('after a try that failed', () => {
  const finished = { finished: true, unknown: false };
  const again = { finished: false, unknown: false, lastLook: null };
  const inDoubt = down({ ...lasting, ...unknown });
  const lastLook = expect.objectContaining({ fault, perhapsRecord: true });

  it.each<[string, Error, Partial<Tried>, object]>([
    ['rejected', bad, {}, finished],
    ['not there yet', notYet, {}, again],
    ['not there yet, and others wait', notYet, { pressing: true }, finished],
    ['away', down(), {}, again],
    ['outcome unknown', down(unknown), {}, { ...again, unknown: true }],
    ['a bug', new TypeError(), {}, again],
    ['perhaps the record, at first', down(lasting), { attempts: 2 }, again],
    ['perhaps the record, lasting', down(lasting), { attempts: 3 }, finished],
    ['the same, and others wait', down(lasting), { attempts: 2, pressing: true }, finished],
    ['the same in a batch', down(lasting), { attempts: 3, shared: true }, again],
    ['the same, outcome unknown', inDoubt, { attempts: 3 }, { ...finished, unknown: true }],
    [
      'and its handler looks first',
      inDoubt,
      { attempts: 3, looks: true },
      { ...again, unknown: true, lastLook },
    ],
    ['the same of no effect', down(lasting), { attempts: 3, looks: true }, finished],
  ])('%s', async (_name, error, changes, after) => {
    expect(await failedAgain(error, changes)(await verdictsOf())).toMatchObject(after);
  });

  it('one that others do not wait for is told of, and parked nowhere', async () => {
    const world = await verdictsOf();
    await failed(notYet, { pressing: true })(world);
    expect([world.reported(), world.stillParked()]).toEqual([['A unchanged null'], []]);
  });

  it('no more than three are parked on the word of a probe before a write that worked', async () => {
    const world = await verdictsOf({ breakerFailures: 99 }, () => settled());
    const fail = (index: number) => failedAgain(down(lasting), { attempts: 3, key: `K${index}` })(world);
    // All at once: each probe is under way while the others are parked.
    await times(5, fail);
    expect(world.stillParked()).toHaveLength(3);
    await fail(5);
    await handled('unchanged')(world);
    await fail(6);
    expect(world.stillParked()).toHaveLength(3);
    await handled('applied')(world);
    await times(4, (index) => fail(10 + index));
    expect(world.stillParked()).toHaveLength(6);
  });

  it('beyond three another one each ten minutes: nothing else may be left that could work', async () => {
    const world = await verdictsOf({ breakerFailures: 99 });
    const fail = (index: number) => failedAgain(down(lasting), { attempts: 3, key: `K${index}` })(world);
    await times(4, fail);
    await world.bus.clock.pass(599_999);
    await fail(4);
    expect(world.stillParked()).toHaveLength(3);
    await world.bus.clock.pass(1);
    await times(2, (index) => fail(5 + index));
    expect(world.stillParked()).toHaveLength(4);
    await world.bus.clock.pass(600_000);
    await fail(7);
    expect(world.stillParked()).toHaveLength(5);
  });

  it('none is at the end of an outage, when the other side answers again just after its last try', async () => {
    let isBack = false;
    const world = await verdictsOf({}, () =>
      isBack ? Promise.resolve() : Promise.reject(new Error('none')),
    );
    for (let attempts = 1; attempts < 9; attempts += 1) await failed(down(lasting), { attempts })(world);
    isBack = true;
    expect(await failed(down(lasting), { attempts: 9 })(world)).toMatchObject(again);
    expect(world.stillParked()).toEqual([]);
    // Now it is the record.
    expect(await failed(down(lasting), { attempts: 10 })(world)).toMatchObject(finished);
  });

  it('none is, when the probe fails too', async () => {
    const world = await verdictsOf({}, () => Promise.reject(new Error('none')));
    expect(await failed(down(lasting), { attempts: 9 })(world)).toMatchObject(again);
    expect(world.stillParked()).toEqual([]);
  });
});

describe('a batch is split', () => {
  const probes = { succeeds: () => Promise.resolve(), fails: () => Promise.reject(new Error('none')) };
  it.each<[string, Error, number, keyof typeof probes, boolean]>([
    ['that was rejected, at once', bad, 1, 'fails', true],
    ['not at the first bug', new TypeError(), 1, 'succeeds', false],
    ['at the second', new TypeError(), 2, 'fails', true],
    ['not at the first 5xx', down(lasting), 1, 'succeeds', false],
    ['at the second while a probe succeeds', down(lasting), 2, 'succeeds', true],
    ['not while all is away', down(lasting), 2, 'fails', false],
    ['not where it cannot be a record', down(), 9, 'succeeds', false],
  ])('%s', async (_name, error, attempts, probe, isSplit) => {
    const { verdicts } = await verdictsOf({}, probes[probe]);
    expect(await verdicts.mayBeOneRecord(error, attempts)).toBe(isSplit);
  });
});

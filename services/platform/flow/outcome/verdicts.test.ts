/**
 * Real: the decisions, the breaker, metrics, spans, parking. Double: the broker, which may hold its acknowledgements
 * back, and the lease. Asserted: what is concluded when, and what each verdict shows.
 */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { SpanStatusCode } from '@opentelemetry/api';
import { outcomes, parked } from '../../../../schemas/topics.ts';
import { Held, Rejected, Unavailable } from '../../errors.ts';
import { LeaseLost } from '../../fence.ts';
import { RecordedSpans } from '../../telemetry/testing/recorded-spans.ts';
import { shown } from '../../telemetry/testing/shown.ts';
import { recordOf } from '../testing/records.ts';
import { failed, handled, times, verdictsOf } from '../testing/verdicts.ts';
import type { World } from '../testing/verdicts.ts';
import { settled } from '../testing/virtual-clock.ts';

const spans = new RecordedSpans();
beforeEach(() => spans.forget());

const down = { code: 'shop.down', what: 'Down', fix: 'Wait' };
const bad = new Rejected({ code: 'plain.bad', what: 'Bad', fix: 'Correct it' });
const early = new Held({ code: 'plain.early', what: 'Early', fix: 'Wait', waitsFor: 'product/A' });
const notYet = new Unavailable(down, { notYet: true });
const unreadable = ({ verdicts, lease }: World) =>
  verdicts.undecodable(lease, {
    ...recordOf('A', 3),
    bytes: Buffer.from('?'),
    undecodable: { code: 'record.undecodable', what: 'Bytes', fix: 'Look' },
  });

type Verdict = (world: World) => Promise<unknown> | void;

describe('a verdict is concluded when the broker has acknowledged', () => {
  it.each<[string, string, Verdict]>([
    ['what was handled', outcomes.topic, handled('applied')],
    ['what clears a parked one', parked.topic, handled('applied', { key: 'P' })],
    ['the rejected record', parked.topic, failed(bad)],
    ['what became of it', outcomes.topic, failed(bad)],
    ['the held record', parked.topic, failed(early)],
    ['the record of a bug', parked.topic, failed(new TypeError(), { attempts: 2 })],
    ['what others do not wait for', outcomes.topic, failed(notYet, { pressing: true })],
    ['what cannot be read', parked.topic, unreadable],
  ])('%s, on %s, under its lease', async (_name, topic, verdict) => {
    const world = await verdictsOf();
    await failed(bad, { key: 'P' })(world);
    world.bus.holdsBack = topic;
    let isConcluded = false;
    const concluded = Promise.resolve(verdict(world)).then(() => (isConcluded = true));
    await settled();
    expect(isConcluded).toBe(false);
    world.bus.holdsBack = null;
    world.bus.acknowledge();
    await settled();
    expect(isConcluded).toBe(true);
    expect([...world.bus.fences]).toEqual([world.lease]);
    await concluded;
  });

  it('which is waited for, try after try, while the broker is away', async () => {
    const world = await verdictsOf();
    const { bus, reported, policy } = world;
    bus.failure = new Unavailable(down);
    const concluded = handled('applied')(world);
    await bus.clock.pass(policy.retryInitialMs * 3);
    bus.failure = null;
    expect(reported()).toEqual([]);
    await bus.clock.pass(policy.retryInitialMs);
    await concluded;
    expect(reported()).toEqual(['A applied null']);
  });

  it('but not for longer than the lease stands', async () => {
    const world = await verdictsOf();
    world.bus.failure = new LeaseLost('test.plains[0]');
    world.lose();
    await expect(handled('applied')(world)).rejects.toThrow(LeaseLost);
  });
});

describe('what a verdict shows', () => {
  const shows = async ({ metrics }: World) => ({
    records: await shown(metrics.records),
    handling: await shown(metrics.handling),
    age: await shown(metrics.eventAge),
    retries: await shown(metrics.retries),
    opens: await shown(metrics.breakerOpens),
    breaker: await shown(metrics.breaker),
    coalesced: await shown(metrics.coalesced),
    span: spans.ended('process').map(({ status, attributes }) => {
      const { 'cartage.outcome': outcome = null, 'error.type': type = null } = attributes;
      return [outcome, type, status.code === SpanStatusCode.ERROR];
    }),
  });
  const nothing = { records: {}, handling: {}, age: {}, retries: {}, opens: {}, coalesced: {} };
  const closed = { ...nothing, breaker: { plains: 0 } };
  const concluded = (status: string, code: string | null = null) => ({
    ...closed,
    records: { [`plains ${status} test.plains`]: 1 },
    handling: { plains: 3 },
    span: [[status, code, code !== null]],
  });
  const failing = (code: string) => ({
    ...closed,
    retries: { [`${code} plains`]: 1 },
    span: [[null, code, true]],
  });
  const silent = { ...closed, span: [[null, null, false]] };
  const opening = { opens: { 'shop.down plains': 1 }, breaker: { plains: 1 } };

  it.each<[string, Verdict, object]>([
    ['applied', handled('applied'), { ...concluded('applied'), age: { plains: 7 } }],
    ['unchanged', handled('unchanged'), concluded('unchanged')],
    ['written again', handled('applied', { unsettled: true }), silent],
    ['rejected', failed(bad), concluded('rejected', 'plain.bad')],
    ['held', failed(early), concluded('held', 'plain.early')],
    ['not there yet', failed(notYet), silent],
    ['away', failed(new Unavailable(down)), failing('shop.down')],
    [
      'away until somebody acts',
      failed(new Unavailable(down, { needsOperator: true })),
      { ...failing('shop.down'), ...opening },
    ],
    ['a bug', failed(new TypeError()), failing('bug')],
    ['a bug that lasts', failed(new TypeError(), { attempts: 2 }), concluded('rejected', 'bug')],
    [
      'superseded',
      ({ verdicts, tried }) => verdicts.superseded(tried()),
      { ...concluded('superseded'), coalesced: { plains: 1 } },
    ],
    [
      'unreadable',
      unreadable,
      { ...nothing, records: { 'plains rejected test.plains': 1 }, breaker: {}, span: [] },
    ],
  ])('%s', async (_name, verdict, expected) => {
    const world = await verdictsOf();
    await verdict(world);
    await settled();
    expect(await shows(world)).toEqual(expected);
  });

  it('the breaker’s state, and each opening once, under the code that was the last drop', async () => {
    const world = await verdictsOf();
    const { breaker, breakerOpens } = world.metrics;
    await times(5, () => failed(new Unavailable(down))(world));
    expect([await shown(breaker), await shown(breakerOpens)]).toEqual([
      { plains: 1 },
      { 'shop.down plains': 1 },
    ]);
    await handled('unchanged')(world);
    expect(await shown(breaker)).toEqual({ plains: 0 });
    await times(3, () => failed(bad)(world));
    expect([await shown(breaker), await shown(breakerOpens)]).toEqual([
      { plains: 2 },
      { 'shop.down plains': 1, 'plain.bad plains': 1 },
    ]);
    await failed(early)(world);
    expect(await shown(breaker)).toEqual({ plains: 0 });
  });

  it('of many superseded few, and all counted: nothing bounds how many wait to be told', async () => {
    const world = await verdictsOf();
    const { bus, metrics, verdicts, tried } = world;
    bus.holdsBack = outcomes.topic;
    let waiting = 0;
    const publish = bus.publish.bind(bus);
    bus.publish = (contract, publication) => {
      waiting += 1;
      return publish(contract, publication);
    };
    for (let index = 0; index < 3_000; index += 1) verdicts.superseded(tried());
    await settled();
    expect([waiting, await shown(metrics.coalesced)]).toEqual([500, { plains: 3_000 }]);
    expect(await shown(metrics.records)).toEqual({ 'plains superseded test.plains': 3_000 });
    bus.acknowledge();
    await settled();
    // Nor how many are told as fast as the broker takes them.
    const { record, lease } = tried();
    verdicts.superseded(tried());
    verdicts.overtaken(lease, [record, record]);
    await settled();
    expect([waiting, await shown(metrics.coalesced)]).toEqual([500, { plains: 3_003 }]);
    await bus.clock.pass(10_000);
    verdicts.overtaken(lease, [record, record]);
    await settled();
    expect([waiting, await shown(metrics.records)]).toEqual([
      501,
      { 'plains superseded test.plains': 3_005 },
    ]);
  });
});

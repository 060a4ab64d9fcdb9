/** Real: one batch from the claim to what became of each record. Doubles: the readers of its records, and the calls. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Rejected, Unavailable } from '../../errors.ts';
import { assertCurrent } from '../../fence.ts';
import { RecordedSpans } from '../../telemetry/testing/recorded-spans.ts';
import { traceIdOf, traceparentOf } from '../../telemetry/tracing.ts';
import type { Attempt, Handled } from '../outcome/outcome.ts';
import type { Tried } from '../outcome/tried.ts';
import { LeaseDouble } from '../testing/lease.ts';
import { recordOf } from '../testing/records.ts';
import type { Plain } from '../testing/records.ts';
import { verdictsOf } from '../testing/verdicts.ts';
import { settled } from '../testing/virtual-clock.ts';
import { BatchWork } from './batch-work.ts';
import type { Member } from './batch-work.ts';
import type { StateFlow } from './state-flow.ts';

const spans = new RecordedSpans();
beforeEach(() => spans.forget());

const fault = { code: 'shop.down', what: 'Down', fix: 'Wait' };
const bad = new Rejected({ code: 'plain.bad', what: 'Bad', fix: 'Correct it' });
const trace = '0af7651916cd43dd8448eb211c80319c';

class Reader {
  readonly lease = new LeaseDouble();
  claims = 0;
  concluded: string[] = [];
  claimed = async () => {
    await settled();
    this.claims += 1;
    return this.lease.isCurrent();
  };
  pressing = '';
  isPressing = (key: string) => key === this.pressing;
  conclude = async (
    { record, inDoubt, shared, alone }: Member<Plain>,
    tried: Tried,
    result: Handled | Error,
  ) => {
    await settled();
    const said = result instanceof Error ? result.name : result.status;
    const flags = Object.entries({ inDoubt, shared, alone }).flatMap(([name, is]) => (is ? [name] : []));
    this.concluded.push([record.key, said, ...flags].join(' '));
    tried.span?.end();
  };
}

async function workOf(fail: (keys: string, attempt: Attempt) => unknown = () => null, flow: object = {}) {
  const { context, verdicts, bus } = await verdictsOf({}, () => Promise.resolve());
  const calls: string[] = [];
  const traces: (string | null)[] = [];
  const work = new BatchWork<Plain>(
    context,
    {
      mode: 'on',
      apply: async (records: ReturnType<typeof recordOf>[], attempt: Attempt) => {
        traces.push(traceIdOf(traceparentOf()));
        const keys = records.map(({ key }) => key).join('');
        calls.push(keys);
        await settled();
        const error = fail(keys, attempt);
        if (error !== null) throw error;
        return new Map(records.map((record) => [record, { status: 'applied' }]));
      },
      ...flow,
    } as unknown as StateFlow<Plain>,
    verdicts,
  );
  const membersOf = (keys: string, reader = new Reader(), attempts = 1) =>
    keys.split('').map((key, offset) => {
      const record = recordOf(key, offset, { traceparent: `00-${trace}-b7ad6b7169203331-01` });
      return { reader, record, entry: key, attempts, inDoubt: false, shared: false, alone: false };
    }) as unknown as Member<Plain>[];
  return { work, calls, traces, membersOf, verdicts, bus };
}

const readerOf = ([first]: Member<Plain>[]) => first!.reader as unknown as Reader;

describe('a batch', () => {
  it('is written in one call under its own trace, each record told when that has ended', async () => {
    const { work, calls, traces, membersOf } = await workOf();
    const members = membersOf('abc');
    await work.run(members);
    expect([calls, readerOf(members).claims]).toEqual([['abc'], 1]);
    expect(readerOf(members).concluded).toEqual(['a applied', 'b applied', 'c applied']);
    const [batch] = spans.ended('process batch test.plains');
    expect(traces).toEqual([batch!.spanContext().traceId]);
    const each = spans.ended('process test.plains');
    expect(each.map(({ links }) => links[0]!.context.spanId)).toEqual(
      Array(3).fill(batch!.spanContext().spanId),
    );
  });

  it('of one record goes on the trace of that', async () => {
    const { work, traces, membersOf } = await workOf();
    await work.run(membersOf('a'));
    expect(traces).toEqual([trace]);
  });

  it.each([
    ['e', ['abcde', 'abc', 'de', 'd', 'e']],
    ['a', ['abcde', 'abc', 'ab', 'a', 'b', 'c', 'de']],
  ])('is written in halves until %s, which is at fault, stands alone', async (culprit, expected) => {
    const { work, calls, membersOf } = await workOf((keys) => (keys.includes(culprit) ? bad : null));
    const members = membersOf('abcde');
    await work.run(members);
    expect(calls).toEqual(expected);
    expect(readerOf(members).concluded.toSorted()).toEqual(
      'abcde'.split('').map((key) => `${key} ${key === culprit ? 'Rejected alone' : 'applied alone'}`),
    );
  });

  it('stays whole, and fails alike, while the other side is away', async () => {
    const { work, calls, membersOf } = await workOf(() => new Unavailable(fault));
    const members = membersOf('ab');
    await work.run(members);
    expect([calls, readerOf(members).concluded]).toEqual([
      ['ab'],
      ['a Unavailable shared', 'b Unavailable shared'],
    ]);
  });

  it('whose outcome is unknown is doubted in its parts, and not begun anew by what creates', async () => {
    const lasting = new Unavailable(fault, { outcome: 'unknown', perhapsRecord: true });
    const parts = await workOf((keys) => (keys === 'ab' ? lasting : null));
    const members = parts.membersOf('ab', new Reader(), 2);
    await parts.work.run(members);
    expect(readerOf(members).concluded).toEqual(['a applied inDoubt alone', 'b applied inDoubt alone']);
    const creating = await workOf((keys) => (keys === 'ab' ? lasting : null), { creates: true });
    const others = creating.membersOf('ab', new Reader(), 2);
    await creating.work.run(others);
    expect([creating.calls, readerOf(others).concluded]).toEqual([
      ['ab'],
      ['a Unavailable inDoubt shared alone', 'b Unavailable inDoubt shared alone'],
    ]);
    // Without effect it may be begun anew.
    const none = await workOf((keys) => (keys === 'ab' ? bad : null), { creates: true });
    await none.work.run(none.membersOf('ab'));
    expect(none.calls).toEqual(['ab', 'a', 'b']);
  });

  it('tells its flow that a partition stands still for one of it, and with that one what is said of it', async () => {
    const told: unknown[] = [];
    const { work, membersOf } = await workOf((_keys, { pressing }) => {
      told.push(pressing);
      return null;
    });
    const members = membersOf('ab');
    await work.run(members);
    readerOf(members).pressing = 'b';
    await work.run(members);
    expect([told, members.map(({ pressing }) => pressing)]).toEqual([
      [false, true],
      [false, true],
    ]);
  });

  it('counts the tries of the record that has had most', async () => {
    const numbers: number[] = [];
    const { work, membersOf } = await workOf((_keys, { number }) => (numbers.push(number), null));
    await work.run([...membersOf('a'), ...membersOf('b', new Reader(), 4)]);
    expect(numbers).toEqual([4]);
  });

  it('leaves out what was lost before it began, and is nothing when all was', async () => {
    const { work, calls, membersOf, verdicts, bus } = await workOf();
    const [kept, lost] = [membersOf('a'), membersOf('b')];
    readerOf(lost).lease.isLost = true;
    await work.run([...kept, ...lost]);
    expect([calls, readerOf(lost).concluded]).toEqual([['a'], []]);
    verdicts.breaker.failed(bus.clock.now(), { needsOperator: true, retryAfterMs: 0 });
    verdicts.breaker.begin();
    await work.run(lost);
    expect([calls, verdicts.breaker.waitMs(Infinity)]).toEqual([['a'], 0]);
  });

  it.each<[string, (attempt: Attempt) => void]>([
    ['its flow', (attempt) => attempt.assertCurrent()],
    ['each request that it makes', () => assertCurrent('a request')],
  ])('begins nothing more when one of its partitions is lost, which %s asks', async (_who, ask) => {
    const readers = [new Reader(), new Reader()];
    const { work, calls, membersOf } = await workOf((_keys, attempt) => {
      readers[1]!.lease.isLost = true;
      ask(attempt);
      return null;
    });
    await work.run([...membersOf('a', readers[0]), ...membersOf('b', readers[1])]);
    // And is not split for that.
    expect([calls, readers.map(({ concluded }) => concluded)]).toEqual([
      ['ab'],
      [['a LeaseLost shared'], ['b LeaseLost shared']],
    ]);
  });

  it('fails where a call tells nothing of a record, and whatever was thrown', async () => {
    const silent = await workOf(() => null, { apply: () => Promise.resolve(new Map()) });
    const members = silent.membersOf('a');
    await silent.work.run(members);
    const thrown = await workOf(() => 'no error');
    const others = thrown.membersOf('a');
    await thrown.work.run(others);
    expect([readerOf(members).concluded, readerOf(others).concluded]).toEqual([['a Error'], ['a Error']]);
  });
});

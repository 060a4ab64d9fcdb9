/** Real: the ingester with its sessions. Doubles: process, broker, clock, and a source that others may hold. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { cursors } from '../../schemas/topics.ts';
import { ChangesLost, SourceInUse } from '../erp/sources/change-source.ts';
import { erpSection } from '../platform/config/sections/erp.ts';
import { Unavailable } from '../platform/errors.ts';
import { configurationOf, processDouble } from '../platform/lifecycle/testing/process.ts';
import { ingest } from './ingester.ts';
import { HeldSource } from './testing/held-source.ts';
import { aStream } from './testing/stream.ts';

const fault = (code: string) => ({ code, what: 'No log', fix: 'Wait' });
const away = new Unavailable(fault('erp.unreachable'));

let double: ReturnType<typeof processDouble>;
let sources: HeldSource[];
/** What taking the source fails with, and when it was tried: milliseconds after the start. */
let fails: Error | null;
let hangs: boolean;
let tries: number[];
let isClosed: boolean;
let isListening: boolean;

beforeEach(() => {
  double = processDouble('erp-ingester');
  sources = [];
  fails = null;
  hangs = false;
  tries = [];
  isClosed = false;
  isListening = false;
});

async function started() {
  const { process, bus } = double;
  const startedAt = bus.clock.now();
  process.listen = async () => void (isListening = true);
  const stored = () => bus.newest(cursors).get('erp-ingester/us')?.position;
  const source = {
    open: async () => {
      await Promise.resolve();
      tries.push(bus.clock.now() - startedAt);
      if (fails) throw fails;
      if (hangs) await new Promise(() => undefined);
      sources.push(new HeldSource(stored));
      return sources.at(-1)!;
    },
    close: async () => void (isClosed = true),
  };
  const stream = aStream('stock', {}, { askAll: async function* () {} });
  const erp = erpSection.parse({
    connection: { url: 'postgres://erp@localhost/erp' },
    streams: {
      stock: {
        topic: 'erp.stock',
        key: { id: 'text' },
        watch: [{ table: 'stock', key: 'id' }],
        query: 'select 1',
        find: 'select 1',
      },
    },
  });
  await ingest(configurationOf({ instance: 'us', erp, fulfilments: {} as never }), process, () => ({
    source,
    streams: [stream],
  }));
}

const health = () => double.process.checks.readiness().log;
const said = () => double.lines.map(({ level, message }) => `${level} ${message}`);
const pass = (ms: number) => double.bus.clock.pass(ms);

describe('the ingester', () => {
  it('takes the source and works until its end, which gives all of it back', async () => {
    await started();
    expect([isListening, health()]).toEqual([true, { ok: false, why: 'starting' }]);
    await pass(100);
    expect([health(), sources.length]).toEqual([{ ok: true }, 1]);
    await double.end();
    expect([sources[0]!.isClosed, isClosed, double.bus.clock.waits]).toEqual([true, true, 0]);
    await pass(60_000);
    expect([tries, said().filter((line) => line.startsWith('error'))]).toEqual([[0], []]);
  });

  it('stands by while another process holds the source: it is well, says so once, and looks often', async () => {
    fails = new SourceInUse(fault('erp.source_in_use'));
    await started();
    await pass(3_500);
    expect([health(), tries]).toEqual([{ ok: true }, [0, 1_000, 2_000, 3_000]]);
    expect(said()).toEqual(['info another process holds the source of changes: standing by']);
    fails = null;
    await pass(1_000);
    expect([health(), sources.length]).toEqual([{ ok: true }, 1]);
    await double.end();
  });

  it('tries again, later each time, where the source cannot be read, and at once later when it was', async () => {
    fails = away;
    await started();
    await pass(5_000);
    // Half of what a back-off may be, and half of that by chance.
    expect(tries).toEqual([0, 375, 1_125, 2_625]);
    expect(health()).toEqual({ ok: false, why: away.message });
    expect(double.lines.map(({ message, fields }) => [message, fields.failures, fields.code])).toEqual(
      [1, 2, 3, 4].map((failures) => ['changes are not read, trying again', failures, 'erp.unreachable']),
    );
    fails = null;
    await pass(2_000);
    expect(health()).toEqual({ ok: true });
    tries = [];
    sources[0]!.lose(new ChangesLost(fault('erp.changes_lost')));
    await pass(370);
    expect([health(), tries]).toEqual([{ ok: false, why: expect.stringContaining('No log') }, []]);
    await pass(10);
    expect([health(), tries.length, sources[0]!.isClosed]).toEqual([{ ok: true }, 1, true]);
    expect(said().filter((line) => line.includes('loaded anew'))).toEqual([
      'error changes are lost: everything is loaded anew',
    ]);
    await double.end();
  });

  it('ends while the source is being taken, which may never be', async () => {
    hangs = true;
    await started();
    await pass(10_000);
    expect([tries, health()]).toEqual([[0], { ok: false, why: 'starting' }]);
    await double.end();
    expect([isClosed, double.bus.clock.waits]).toEqual([true, 0]);
  });

  it('ends while it waits for a try', async () => {
    fails = away;
    await started();
    await pass(10_000);
    const before = tries.length;
    await double.end();
    await pass(600_000);
    expect([tries.length, double.bus.clock.waits]).toEqual([before, 0]);
  });
});

it('an ingester of no streams listens, and asks nobody', async () => {
  const { process, lines, stops } = double;
  process.listen = async () => void (isListening = true);
  const none = configurationOf({ instance: 'us', erp: erpSection.parse({}), fulfilments: {} as never });
  await ingest(none, process, () => {
    throw new Error('no ERP is needed');
  });
  expect([isListening, stops, process.checks.readiness(), lines.length]).toEqual([true, [], {}, 1]);
});

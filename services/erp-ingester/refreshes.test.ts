import { describe, expect, it } from '@jest/globals';
import { outcomes, refresh, stock } from '../../schemas/topics.ts';
import type { Refresh } from '../../schemas/types.ts';
import { Unavailable } from '../platform/errors.ts';
import { runStates } from '../platform/flow/states/run-states.ts';
import { RecordingBus } from '../platform/flow/testing/recording-bus.ts';
import { World } from '../platform/flow/testing/world.ts';
import type { Received } from '../platform/kafka/types.ts';
import type { Mode } from '../platform/groups.ts';
import { reportAnswered } from './dirt.ts';
import type { Dirt } from './dirt.ts';
import { DirtySet } from './dirty-set.ts';
import { PublishedIndex } from './published-index.ts';
import { refreshFlow } from './refreshes.ts';
import { aStream } from './testing/stream.ts';

const attempt = { number: 1, mode: 'on' as const, assertCurrent: () => undefined };

/** Of an ERP: B and C are told by one key. */
const keysOfSku: Record<string, string[]> = { A: ['7', '8'], B: ['5'], C: ['5'], E: ['6'] };

function flowOf(mode: Mode = 'on') {
  const bus = new RecordingBus();
  const dirty = new DirtySet();
  const index = new PublishedIndex();
  const ending = new AbortController();
  const erp = { isDown: false, found: Promise.resolve(), finds: 0 };
  const stream = aStream(
    'stock',
    {},
    {
      find: async (records) => {
        erp.finds += 1;
        if (records.some(({ sku }) => sku === 'slow')) await erp.found;
        return records.flatMap(({ sku }) => keysOfSku[sku!] ?? []);
      },
      probe: async () => {
        await Promise.resolve();
        if (erp.isDown) throw new Error('Down');
      },
    },
  );
  const acts: string[] = [];
  const runner = {
    dirty,
    isAskingAll: false,
    askAll: (reason: string, dirt?: Dirt) => void acts.push(`${reason}, ${dirt!.isAllAsked}`),
    confirm: (count: number) => {
      acts.push(`confirm ${count}`);
      return count === 60;
    },
  };
  const flow = refreshFlow({
    streams: [stream],
    runners: new Map([['stock', runner]]),
    indexes: new Map([[stock.topic, index]]),
    mode,
    ending: ending.signal,
  });
  const ask = (
    topic: string,
    key: string,
    reason = 'operator',
    seen: string | null = null,
    notBefore: number | null = null,
  ): Received<Refresh> =>
    bus.broker.append(refresh, key, {
      topic,
      key,
      reason,
      requestedBy: 'cli',
      requestedAt: 1,
      seen,
      notBefore,
      entityId: null,
      always: true,
    });
  return { flow, dirty, index, ending, ask, acts, runner, erp };
}

describe('refreshes', () => {
  it('are probed by a question, which fails with the ERP', async () => {
    const { flow, erp } = flowOf();
    await flow.probe();
    erp.isDown = true;
    await expect(flow.probe()).rejects.toThrow('Down');
  });

  it('of the ERP are its own, those of the shop somebody else’s', () => {
    const { flow, ask } = flowOf();
    expect([flow.accepts!(ask('erp.stock', 'W1/A')), flow.accepts!(ask('magento.orders', 'm/s/1'))]).toEqual([
      true,
      false,
    ]);
  });

  it('of a topic that no stream is of are answered, so that nobody waits for them', async () => {
    const { flow, ask } = flowOf();
    const request = ask('erp.prices', 'A');
    expect(flow.accepts!(request)).toBe(true);
    expect([...(await flow.apply([request], attempt)).values()]).toEqual([
      { status: 'unchanged', cause: 'no stream is of erp.prices' },
    ]);
  });

  it('that ask to wait do, beside one of the same key that is served at once', () => {
    const { flow, ask } = flowOf();
    const requests = [ask('erp.stock', 'W1/A'), ask('erp.stock', 'W1/A', 'shipped', null, 5_000)];
    expect(requests.map((request) => flow.notBefore!(request))).toEqual([null, 5_000]);
    expect(new Set(requests.map((request) => flow.identityOf!(request))).size).toBe(2);
  });

  it('of one key that follow each other closely are one question, and none waits for long', async () => {
    const { flow, dirty, ask } = flowOf();
    const { value } = ask('erp.stock', 'W1/A');
    const world = new World<Refresh>({
      seed: 1,
      contract: refresh,
      partitions: 1,
      start: (context) => runStates(context, flow),
    });
    await world.begin();
    world.assignAll();
    await world.clock.pass(1_000);
    const askedAt: number[] = [];
    for (let at = 0; at < 1_000; at += 20) {
      if ([0, 40, 60, 100].includes(at)) world.broker.append(refresh, 'W1/A', value);
      await world.clock.pass(20);
      // The ERP answers after 20 ms.
      if (askedAt.at(-1) === at) for (const dirt of dirty.take(10).values()) reportAnswered(dirt);
      else if (dirty.size > 0) askedAt.push(at + 20);
    }
    expect(askedAt).toHaveLength(2);
    expect(askedAt[1]).toBeLessThan(100 + 250 + 20);
    expect(world.broker.values(outcomes).map(({ status }) => status)).toEqual([
      'applied',
      'superseded',
      'superseded',
      'applied',
    ]);
  });

  it('are applied when what is true now is published', async () => {
    const { flow, dirty, ask } = flowOf();
    const request = ask('erp.stock', 'W1/A');
    let results: Map<unknown, unknown> | null = null;
    const applying = flow.apply([request], attempt).then((found) => (results = found));
    await new Promise(setImmediate);
    const taken = dirty.take(10);
    expect([...taken.keys()]).toEqual(['7', '8']);
    expect(taken.get('7')!.asked).toEqual(new Set(['W1/A']));
    reportAnswered(taken.get('7')!);
    await new Promise(setImmediate);
    expect(results).toBeNull();
    reportAnswered(taken.get('8')!);
    await applying;
    expect(results!.get(request)).toMatchObject({ status: 'applied' });
  });

  it('of a batch are looked up in one question, and asked of the keys that they may be of', async () => {
    const { flow, dirty, index, ask, erp } = flowOf();
    const note = (key: string, id: string) =>
      index.note(key, { sourceKey: `{"id":"${id}"}`, deleted: false, version: { epoch: 1, number: 1 } }, 1);
    note('W1/B', '5');
    note('W1/E', '4');
    note('W1/gone', '9');
    const requests = ['B', 'C', 'E', 'gone', 'never', 'A'].map((sku) => ask('erp.stock', `W1/${sku}`));
    const applying = flow.apply(requests, attempt);
    await new Promise(setImmediate);
    const taken = dirty.take(10);
    const asked = Object.fromEntries(
      [...taken].map(([key, dirt]) => [key, [...dirt.asked].map((name) => name.slice(3)).join(' ')]),
    );
    // B is of 5 as before; whatever was not found where it was published from may be of any that was found.
    const any = 'C E gone never A';
    expect(asked).toEqual({
      4: 'E',
      5: `B ${any}`,
      6: `B ${any}`,
      7: `B ${any}`,
      8: `B ${any}`,
      9: 'gone',
    });
    // What the answers have shown.
    note('W1/C', '5');
    note('W1/A', '7');
    for (const dirt of taken.values()) reportAnswered(dirt);
    const results = await applying;
    expect(requests.map((request) => (results.get(request) as { status: string }).status)).toEqual([
      'applied',
      'applied',
      'applied',
      'applied',
      'unchanged',
      'applied',
    ]);
    expect(erp.finds).toBe(1);
  });

  it('find what the ERP no longer has by what was published of it', async () => {
    const { flow, dirty, index, ask } = flowOf();
    index.note('W1/gone', { sourceKey: '{"id":"9"}', deleted: true, version: { epoch: 1, number: 1 } }, 1);
    const applying = flow.apply([ask('erp.stock', 'W1/gone')], attempt);
    await new Promise(setImmediate);
    const taken = dirty.take(10);
    expect([...taken.keys()]).toEqual(['9']);
    reportAnswered(taken.get('9')!);
    await applying;
  });

  it('of what never was are unchanged, and of no key alike, and dry say what they would do', async () => {
    const { flow, ask } = flowOf();
    const unknown = ask('erp.stock', 'W1/never');
    const wrong = ask('erp.stock', 'W1');
    const results = await flow.apply([unknown, wrong], attempt);
    expect(results.get(unknown)).toMatchObject({ status: 'unchanged' });
    expect(results.get(wrong)).toMatchObject({
      status: 'unchanged',
      cause: expect.stringContaining('no key'),
    });
    const dry = flowOf('dry');
    const request = dry.ask('erp.stock', 'W1/A');
    const said = await dry.flow.apply([request], { ...attempt, mode: 'dry' });
    expect(said.get(request)).toMatchObject({ status: 'dry' });
    expect(dry.dirty.size).toBe(0);
  });

  it('that wait are left to the next holder when the session ends', async () => {
    const { flow, ending, ask } = flowOf();
    const applying = flow.apply([ask('erp.stock', 'W1/A')], attempt);
    await new Promise(setImmediate);
    ending.abort();
    await expect(applying).rejects.toMatchObject({
      name: 'Unavailable',
      fault: { code: 'refresh.stopping' },
    });
    // Nor is anything asked for from then on.
    await expect(flow.apply([ask('erp.stock', 'W1/A')], attempt)).rejects.toBeInstanceOf(Unavailable);
  });

  it('of a batch fail together when the session ends while another key is looked for', async () => {
    const { flow, ending, ask, erp } = flowOf();
    const { promise, resolve } = Promise.withResolvers<void>();
    erp.found = promise;
    const applying = flow.apply([ask('erp.stock', 'W1/A'), ask('erp.stock', 'W1/slow')], attempt);
    const refused = expect(applying).rejects.toMatchObject({ fault: { code: 'refresh.stopping' } });
    await new Promise(setImmediate);
    ending.abort();
    // A rejection that nobody hears of ends the process; here it fails the test, a turn later.
    await new Promise(setImmediate);
    resolve();
    await refused;
  });

  it('of all keys ask them all, and are no matter of a record that is called so', async () => {
    const { flow, ask, acts } = flowOf();
    const all = ask('erp.stock', '*', 'all');
    expect((await flow.apply([all], attempt)).get(all)).toMatchObject({ status: 'applied' });
    expect(acts).toEqual(['somebody asked for all keys again, true']);
    const one = ask('erp.stock', '*');
    expect((await flow.apply([one], attempt)).get(one)).toMatchObject({ status: 'unchanged' });
    expect(acts).toHaveLength(1);
    expect(new Set([all, one, ask('erp.stock', '*', 'confirm')].map(flow.identityOf!)).size).toBe(3);
  });

  it('that confirm deletions do so for as many as were seen, and wait for a round that is under way', async () => {
    const { flow, ask, acts, runner } = flowOf();
    const of = async (seen: string | null) => {
      const request = ask('erp.stock', '*', 'confirm', seen);
      return (await flow.apply([request], attempt)).get(request);
    };
    expect(await of('60')).toMatchObject({ status: 'applied' });
    expect(await of('50')).toMatchObject({ status: 'unchanged' });
    expect(await of(null)).toMatchObject({ status: 'unchanged' });
    runner.isAskingAll = true;
    expect(await of('50')).toMatchObject({
      name: 'Unavailable',
      notYet: true,
      fault: { code: 'refresh.round_under_way' },
    });
    expect(acts).toEqual(['confirm 60', 'confirm 50', 'confirm 0', 'confirm 50']);
  });
});

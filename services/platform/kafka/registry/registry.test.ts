import { afterEach, describe, expect, it } from '@jest/globals';
import { schemaText } from '../../../../schemas/topics.ts';
import { Unavailable } from '../../errors.ts';
import type { RegistryApi } from './registry-api.ts';
import { Registry, oneLine } from './registry.ts';
import type { RegistryOptions } from './registry.ts';

const down = () =>
  new Unavailable({ code: 'http.not_connected', what: 'no answer', fix: 'look' }, { outcome: 'unknown' });
const signal = new AbortController().signal;
const stockText = oneLine(schemaText('erp.stock'));

/** Answers as the test says: a schema, null for "no such id", or an error. */
class FakeApi implements RegistryApi {
  asked = 0;
  answers: (string | null | Error)[] = [];
  ownId: number | null | Error = 7;
  lookUps = 0;
  async schemaById() {
    this.asked++;
    const answer = this.answers.length > 1 ? this.answers.shift()! : this.answers[0]!;
    if (answer instanceof Error) throw answer;
    return answer;
  }
  async idOf() {
    this.lookUps++;
    if (this.ownId instanceof Error) throw this.ownId;
    return this.ownId;
  }
  register = async () => ({ id: 1 });
  compatibility = async () => null;
  setCompatibility = async () => undefined;
  closed = false;
  close = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    this.closed = true;
  };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const open: Registry[] = [];
afterEach(() => Promise.all(open.splice(0).map((registry) => registry.close())));

function registryWith(api: FakeApi, options: Partial<RegistryOptions> = {}) {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const registry = new Registry({ api, schemaText, log, confirmationDelayMs: 1, ...options });
  open.push(registry);
  return registry;
}

describe('reading by the schema of the writer', () => {
  it('asks once per schema, whoever wants it', async () => {
    const api = new FakeApi();
    api.answers = [stockText];
    const registry = registryWith(api);
    const readers = await Promise.all(
      Array.from({ length: 50 }, () => registry.reader('erp.stock', 3, signal)),
    );
    expect(api.asked).toBe(1);
    expect(readers.every((reader) => 'decode' in reader)).toBe(true);
    expect(registry.known('erp.stock', 3)).toBe(registry.known('erp.stock', 3));
  });

  it('waits while the registry cannot be asked, says so, and goes on', async () => {
    const api = new FakeApi();
    api.answers = [down(), down(), stockText];
    const registry = registryWith(api);
    const waiting = registry.reader('erp.stock', 3, signal);
    await until(() => registry.unhealthyReason() !== null);
    expect(registry.unhealthyReason()).toMatch(/wait for the schema registry/);
    expect(await waiting).toHaveProperty('decode');
    expect(registry.unhealthyReason()).toBeNull();
  });

  it('does not believe "no such id" the first time: the registry may be replaying its own log', async () => {
    const api = new FakeApi();
    api.answers = [null, null, stockText];
    expect(await registryWith(api).reader('erp.stock', 3, signal)).toHaveProperty('decode');
  });

  it('takes an unknown id for a fault of the record, and does not ask again for every record', async () => {
    let now = 0;
    const api = new FakeApi();
    api.answers = [null];
    const registry = registryWith(api, { now: () => now });
    expect(await registry.reader('erp.stock', 3, signal)).toMatchObject({
      fault: { code: 'record.schema_unknown' },
    });
    const asked = api.asked;
    expect(registry.known('erp.stock', 3)).toHaveProperty('fault');
    await registry.reader('erp.stock', 3, signal);
    expect(api.asked).toBe(asked);
    now += 31_000;
    api.answers = [stockText];
    expect(registry.known('erp.stock', 3)).toBeNull();
    expect(await registry.reader('erp.stock', 3, signal)).toHaveProperty('decode');
  });

  it('believes in no unknown id while the registry does not know our own contract either', async () => {
    const api = new FakeApi();
    api.answers = [null];
    api.ownId = null;
    const registry = registryWith(api, { confirmations: 1 });
    const reading = registry.reader('erp.stock', 3, signal);
    await until(() => api.asked > 2);
    expect(registry.unhealthyReason()).toMatch(/does not know the contract of erp.stock either/);
    api.ownId = 1;
    api.answers = [stockText];
    expect(await reading).toHaveProperty('decode');
  });

  it('asks for an unknown id after ever longer times', async () => {
    let now = 0;
    const api = new FakeApi();
    api.answers = [null];
    const registry = registryWith(api, { now: () => now, confirmations: 2 });
    for (const pauseMs of [30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000]) {
      const { asked } = api;
      await registry.reader('erp.stock', 3, signal);
      expect(api.asked).toBe(asked + 2);
      now += pauseMs - 1;
      expect(registry.known('erp.stock', 3)).toMatchObject({ fault: { code: 'record.schema_unknown' } });
      now += 1;
      expect(registry.known('erp.stock', 3)).toBeNull();
    }
  });

  it('ends with the client, which lets its connections go', async () => {
    const api = new FakeApi();
    api.answers = [down()];
    const registry = registryWith(api, { now: () => Date.parse('2026-03-01T10:00:00Z') });
    const ended = Promise.allSettled([registry.reader('erp.stock', 3, signal)]);
    await until(() => registry.unhealthyReason() !== null);
    expect(registry.unhealthyReason()).toMatch(/since 2026-03-01T10:00:00\.000Z: .*no answer/);
    await registry.close();
    await expect(ended).resolves.toMatchObject([{ status: 'rejected' }]);
    expect(api.closed).toBe(true);
  });

  it('says that a writer publishes something else on the topic', async () => {
    const api = new FakeApi();
    api.answers = [oneLine(schemaText('cartage.cursors'))];
    expect(await registryWith(api).reader('erp.stock', 3, signal)).toMatchObject({
      fault: { code: 'record.schema_incompatible' },
    });
  });

  it('ends the wait of a partition that was lost, not that of the others', async () => {
    const api = new FakeApi();
    api.answers = [down(), stockText];
    const registry = registryWith(api);
    const lost = new AbortController();
    const first = registry.reader('erp.stock', 3, lost.signal);
    const second = registry.reader('erp.stock', 3, signal);
    lost.abort(new Error('lost'));
    await expect(first).rejects.toThrow('lost');
    expect(await second).toHaveProperty('decode');
  });

  it('resolves an earlier version into ours: a new field takes its default', async () => {
    const earlier = JSON.parse(stockText) as { fields: { name: string }[] };
    earlier.fields = earlier.fields.filter((field) => field.name !== 'sellable' && field.name !== 'deleted');
    const api = new FakeApi();
    api.answers = [JSON.stringify(earlier)];
    const registry = registryWith(api);
    const reader = await registry.reader('erp.stock', 3, signal);
    const { type } = await registry.writer('erp.stock');
    const whole = type.toBuffer({
      source: 'WH',
      sku: 'S',
      occurredAt: null,
      version: { epoch: 1, number: 2 },
      sourceKey: '{}',
      quantity: '1.0000',
      sellable: false,
      deleted: false,
    });
    // The two booleans stand last: without them it is what the earlier version wrote.
    const value = 'decode' in reader && reader.decode(whole.subarray(0, -2));
    expect(value).toMatchObject({ sku: 'S', occurredAt: null, sellable: true, deleted: false });
  });
});

describe('the schema that is written', () => {
  it('is looked up once, never registered, and missing says what to run', async () => {
    const api = new FakeApi();
    const registry = registryWith(api);
    expect((await registry.writer('erp.stock')).id).toBe(7);
    await registry.writer('erp.stock');
    expect(api.lookUps).toBe(1);
    // What we write we can read without asking.
    expect([registry.known('erp.stock', 7), api.asked]).toEqual([{ decode: expect.any(Function) }, 0]);
    api.ownId = null;
    await expect(registryWith(api).writer('erp.stock')).rejects.toMatchObject({
      needsOperator: true,
      fault: { code: 'registry.contract_missing', fix: 'Run `cartage topics apply`' },
    });
  });

  it.each([
    [new TypeError('a bug'), { name: 'TypeError' }],
    [
      new Unavailable({ code: 'registry.refused', what: 'no', fix: 'look' }, { needsOperator: true }),
      { needsOperator: true },
    ],
  ])('that cannot be looked up says so: %s', async (error, expected) => {
    const api = new FakeApi();
    api.ownId = error;
    await expect(registryWith(api).writer('erp.stock')).rejects.toMatchObject(expected);
  });

  it('is asked for again a second after a failure, and the failure had no effect', async () => {
    let now = 5_000;
    const api = new FakeApi();
    api.ownId = down();
    const registry = registryWith(api, { now: () => now });
    await expect(registry.writer('erp.stock')).rejects.toMatchObject({ outcome: 'none' });
    await expect(registry.writer('erp.stock')).rejects.toBeInstanceOf(Unavailable);
    now += 999;
    await expect(registry.writer('erp.stock')).rejects.toBeInstanceOf(Unavailable);
    expect(api.lookUps).toBe(1);
    now += 1;
    api.ownId = 7;
    expect((await registry.writer('erp.stock')).id).toBe(7);
  });
});

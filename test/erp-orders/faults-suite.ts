/**
 * What an ERP over HTTP may do wrong, at every call of an order's way. Real: the engine, its HTTP client, a stand-in that
 * answers on loopback. Double: time, so that no pause is waited for. Asserted: after any number of tries, each by a process
 * that knows nothing of those before, the ERP holds one whole document, one customer and one address.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Rejected, Unavailable } from '../../services/platform/errors.ts';
import type { Fault, StandIn } from '../sandbox/http-erp/stand-in.ts';
import { anInput } from './an-input.ts';
import type { Backends, Held, OrdersBackend } from './orders-suite.ts';

export interface HttpBackend extends OrdersBackend {
  open(deadlineMs?: number): ReturnType<OrdersBackend['open']>;
  standIn: StandIn;
  /** What it holds beside the document, how many of each: customers, addresses. */
  beside(): Record<string, number>;
}

export interface HttpBackends extends Backends {
  start(): Promise<HttpBackend>;
  /** Its first call is a log-in. */
  logsIn: boolean;
  /** How the ERP says that a lock is in the way, and that nobody is logged in. */
  locked: Fault;
  loggedOut: Fault;
  /** How it refuses an order: with HTTP 200 where it is of that kind. */
  refused: Fault;
}

const answers: [string, Fault][] = [
  ['is never carried out: the connection breaks', 'cut'],
  ['is carried out, and the connection breaks', 'unsaid'],
  ['is answered 500', { said: { status: 500, body: { message: 'no' } } }],
  [
    'is carried out, and answered 502 by a proxy',
    { said: { status: 502, body: '<html>Bad Gateway</html>' }, isDone: true },
  ],
  ['is answered 503', { said: { status: 503, headers: { 'retry-after': '1' } } }],
  ['is answered 429', { said: { status: 429 } }],
  [
    'is carried out, and its answer is a page with status 200',
    { said: { status: 200, body: '<html>Hello</html>' }, isDone: true },
  ],
];

/** Of a call that is never answered. */
const shortDeadlineMs = 250;
/** Longer than any way has calls. */
const callsMax = 40;

/** @param name of what is brought, and where: `an order into …` */
export function faultsSuite(name: string, given: HttpBackends): void {
  let backend: HttpBackend;
  beforeEach(async () => {
    backend = await given.start();
  });
  afterEach(() => backend.close());

  /** By a new process. */
  async function tryOnce(deadlineMs?: number): Promise<unknown> {
    const orders = backend.open(deadlineMs);
    try {
      return await orders.create(anInput());
    } catch (error) {
      return error;
    } finally {
      await orders.close();
    }
  }

  const whole: Held[] = [{ state: given.accepted, lines: 2 }];

  async function expectWhole(): Promise<void> {
    expect(await backend.held(anInput().key)).toEqual(whole);
    // Whatever there is of them, there is one of each.
    expect(new Set(Object.values(backend.beside()))).toEqual(new Set([1]));
  }

  /** Runs `check` once per call of an undisturbed order, each time against an ERP as it was at first. */
  async function atEachCall(check: (number: number) => Promise<void>): Promise<void> {
    await tryOnce();
    const calls = backend.standIn.asked.length;
    expect(calls).toBeGreaterThan(3);
    expect(calls).toBeLessThan(callsMax);
    for (let number = 1; number <= calls; number += 1) {
      await backend.close();
      backend = await given.start();
      await check(number);
    }
  }

  describe(`${name} is one whole document, though any of its calls`, () => {
    it.each(answers)('%s', (_name, fault) =>
      atEachCall(async (number) => {
        backend.standIn.misbehave((_asked, at) => at === number, fault);
        expect(await tryOnce()).toBeInstanceOf(Unavailable);
        expect(await tryOnce()).toMatchObject({ id: expect.any(String) });
        await expectWhole();
      }),
    );

    it.each<[string, 'locked' | 'loggedOut']>([
      ['meets a lock: it is called again at once', 'locked'],
      ['is refused for want of a session: another one is opened', 'loggedOut'],
    ])('%s', (_name, kind) =>
      atEachCall(async (number) => {
        // The log-in itself has no session that could be over.
        if (kind === 'loggedOut' && number === 1 && given.logsIn) return;
        backend.standIn.misbehave((_asked, at) => at === number, given[kind]);
        expect(await tryOnce()).toMatchObject({ id: expect.any(String) });
        await expectWhole();
      }),
    );

    it('is refused: the order is rejected and the flow goes on; mended, it is completed', () =>
      atEachCall(async (number) => {
        if (number === 1 && given.logsIn) return;
        backend.standIn.misbehave((_asked, at) => at === number, given.refused);
        expect(await tryOnce()).toBeInstanceOf(Rejected);
        expect(await tryOnce()).toMatchObject({ id: expect.any(String) });
        await expectWhole();
      }));

    it('is carried out after its deadline, before the next look', () =>
      atEachCall(async (number) => {
        backend.standIn.misbehave((_asked, at) => at === number, 'late');
        expect(await tryOnce(shortDeadlineMs)).toBeInstanceOf(Unavailable);
        // Another call may have been slow by itself.
        backend.standIn.forget();
        backend.standIn.release();
        expect(await tryOnce()).toMatchObject({ id: expect.any(String) });
        await expectWhole();
      }));
  });
}

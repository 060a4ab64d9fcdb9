import { describe, expect, it } from '@jest/globals';
import { BodyTooLarge, DeadlinePassed, unavailable } from './no-answer.ts';

const peer = { name: 'Magento', origin: 'https://shop.example.com' };
const post = { method: 'POST', route: 'POST orders' };
const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

describe('a call without a whole answer', () => {
  it.each([
    ['was not written', reset, false, 'http.not_connected', 'none', 'Check the address'],
    ['was written', reset, true, 'http.connection_lost', 'unknown', 'tried again by itself'],
    ['took too long', new DeadlinePassed(80), true, 'http.deadline', 'unknown', 'tried again by itself'],
    ['slept', new DeadlinePassed(null), false, 'http.deadline', 'none', 'Check the address'],
    ['brought too much', new BodyTooLarge(5), true, 'http.body_too_large', 'unknown', 'Ask for less at once'],
  ])('that %s', (_what, cause, written, code, outcome, fix) => {
    const error = unavailable(peer, post, { written }, cause);
    expect(error).toMatchObject({ cause, outcome, perhapsRecord: written, fault: { code } });
    expect(error.fault.what).toBe('Magento at https://shop.example.com gave no answer to "POST orders"');
    expect(error.fault.fix).toContain(fix);
  });

  it.each(['GET', 'head', 'OPTIONS'])('has no effect by its method: %s', (method) => {
    const error = unavailable(peer, { method }, { written: true }, reset);
    expect(error).toMatchObject({ outcome: 'none', perhapsRecord: true });
    expect(error.fault.what).toContain(`to "${method}"`);
  });

  it('says why, with the code of the system, once, and of several addresses the first', () => {
    const why = (cause: unknown) => unavailable(peer, post, { written: false }, cause).fault.why;
    expect(why(reset)).toBe('socket hang up, ECONNRESET');
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
    expect(why(new AggregateError([refused, reset]))).toBe('connect ECONNREFUSED 127.0.0.1:1');
    expect([why(new AggregateError([], 'none')), why('given up')]).toEqual(['none', 'given up']);
    expect(why(new DeadlinePassed(80))).toBe('no whole answer within 80 ms');
    expect(why(new DeadlinePassed(null))).toBe('its deadline passed in a sleep');
    expect(why(new BodyTooLarge(5))).toBe('the answer is longer than 5 bytes');
  });
});

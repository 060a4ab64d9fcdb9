import { beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { HttpCall } from '../../platform/http/client.ts';
import { answer } from '../testing/canned-shop.ts';
import { CredentialSets } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { createRest } from './rest.ts';

const setOf = (token: string): Credentials => ({
  consumerKey: 'k',
  consumerSecret: 's',
  accessToken: token,
  accessTokenSecret: 'u',
});
const refusal = (message: string, parameters: object = {}) =>
  answer(401, JSON.stringify({ message, parameters }));
const deactivated = refusal("The consumer isn't authorized to access %resources.", { resources: 'x' });
const clockAhead = refusal('An error occurred validating the nonce');
const tokenUnknown = refusal('Specified token does not exist');

/** What the shop says to each token; else it takes it. */
let says: Record<string, ReturnType<typeof answer>>;
let sets: Credentials[];
let calls: HttpCall[];
let switches: number[];

beforeEach(() => {
  says = {};
  sets = [setOf('old'), setOf('new')];
  calls = [];
  switches = [];
});

function rest() {
  return createRest({
    http: {
      request: (call) => {
        calls.push(call);
        return Promise.resolve(says[call.headers!.authorization!] ?? answer(200, '[]'));
      },
      close: () => Promise.resolve(),
    },
    sign: ({ accessToken }) => accessToken,
    credentials: new CredentialSets(
      () => sets,
      (place) => switches.push(place),
    ),
    baseUrl: 'https://shop.example.com/',
  });
}

const post = { method: 'POST' as const, path: ['x'], body: { a: 1 }, shape: z.unknown(), route: 'POST x' };
const tokens = () => calls.map(({ headers }) => headers!.authorization);

describe('of two sets of credentials', () => {
  it('the first is used as long as the shop takes it', async () => {
    const shop = rest();
    await shop.call(post);
    await shop.call(post);
    expect(tokens()).toEqual(['old', 'old']);
  });

  it.each([
    ['is deactivated', deactivated],
    ['is unknown', tokenUnknown],
  ])('the other is tried at once when the first %s, with the same request, and stays', async (_why, said) => {
    says['old'] = said;
    const shop = rest();
    await shop.call(post);
    await shop.call(post);
    expect(tokens()).toEqual(['old', 'new', 'new']);
    expect(calls.map(({ body }) => body)).toEqual(Array<string>(3).fill('{"a":1}'));
    expect(switches).toEqual([1]);
  });

  it('all calls that are under way go on, and it is told once', async () => {
    says['old'] = deactivated;
    const shop = rest();
    await Promise.all(Array.from({ length: 5 }, () => shop.call(post)));
    expect(tokens().filter((token) => token === 'new')).toHaveLength(5);
    expect(switches).toEqual([1]);
  });

  it('the one that is taken stays when it moves to the place of the first, and goes back when it is refused', async () => {
    says['old'] = deactivated;
    const shop = rest();
    await shop.call(post);
    sets = [setOf('new')];
    await shop.call(post);
    sets = [setOf('old'), setOf('new')];
    says = { new: tokenUnknown };
    await shop.call(post);
    expect(tokens()).toEqual(['old', 'new', 'new', 'new', 'old']);
    expect(switches).toEqual([1, 0]);
  });

  it('neither is taken: the refusal of the one in use is told', async () => {
    says = { old: deactivated, new: tokenUnknown };
    await expect(rest().call(post)).rejects.toMatchObject({ fault: { code: 'magento.scope_missing' } });
    expect(tokens()).toEqual(['old', 'new']);
    expect(switches).toEqual([]);
  });

  it.each([
    ['the clock', clockAhead],
    ['the request', answer(400, '{"message":"Bad"}')],
    ['the shop', answer(500, '{"message":"Internal"}')],
  ])('no other is tried where %s is at fault', async (_what, said) => {
    says['old'] = said;
    await expect(rest().call(post)).rejects.toThrow('Magento answered');
    expect(tokens()).toEqual(['old']);
  });
});

it('of one set there is nothing else to try', async () => {
  sets = [setOf('old')];
  says['old'] = deactivated;
  await expect(rest().call(post)).rejects.toMatchObject({ fault: { code: 'magento.scope_missing' } });
  expect(calls).toHaveLength(1);
});

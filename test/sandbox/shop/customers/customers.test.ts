/** Customers of the stand-in, as far as no recording shows them; the rest is compared by test/fidelity. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startShop } from '../index.ts';
import type { RunningShop } from '../index.ts';
import type { JsonObject } from '../rest/json.ts';
import { getCustomer, saveCustomer } from './save-customer.ts';

let running: RunningShop;
let nowMs: number;
const home = { firstname: 'Ada', lastname: 'L', street: ['1 Way'], city: 'Here', country_id: 'US' };

beforeEach(async () => {
  nowMs = Date.UTC(2026, 10, 23);
  running = await startShop({ clock: { nowMs: () => nowMs, monotonicMs: () => nowMs } });
  const ada = { email: 'ada@example.com', firstname: 'Ada', lastname: 'L' };
  saveCustomer(running.shop, { ...ada, addresses: [home, { ...home, default_billing: true }] }, null);
  nowMs += 60_000;
});
afterEach(() => running.close());

const ada = () => getCustomer(running.shop, 1);
const put = (members: object) => saveCustomer(running.shop, members as JsonObject, ada());

describe('a customer', () => {
  it('keeps the ids of edited addresses, and loses those that are not named', () => {
    put({ addresses: [{ ...home, id: 2, city: 'There' }] });
    expect(ada().addresses.map(({ id, city }) => [id, city])).toEqual([[2, 'There']]);
    expect(ada().default_billing).toBe(2);
    put({ addresses: [] });
    expect(ada().default_billing).toBeNull();
  });

  it('has a new update time when its own row changes, and not when only an address does', () => {
    const { updated_at } = ada();
    put({
      addresses: [
        { ...home, id: 1, city: 'There' },
        { ...home, id: 2 },
      ],
    });
    expect(ada().updated_at).toBe(updated_at);
    put({ group_id: 2 });
    expect(ada().updated_at).not.toBe(updated_at);
  });

  it('that is refused is as it was before', () => {
    expect(() => put({ email: 'nobody', firstname: 'Eve' })).toThrow('not a valid email address');
    expect(ada()).toMatchObject({ email: 'ada@example.com', firstname: 'Ada' });
  });
});
